"""Tags of the sources."""
