"""The page that says how good a telemetry file is."""
