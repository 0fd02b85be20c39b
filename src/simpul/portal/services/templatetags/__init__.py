"""Tags of the services."""
