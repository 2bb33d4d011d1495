"""Jobs and telemetry -> the one load table that a replay reads."""
