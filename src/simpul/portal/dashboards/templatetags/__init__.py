"""Tags of the dashboards."""
