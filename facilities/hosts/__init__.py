"""Transmission networks around sites: read, cut from openly licensed synthetic cases, and kept as files."""
