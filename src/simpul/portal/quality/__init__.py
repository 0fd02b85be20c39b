"""Integration test runs and validation reports."""
