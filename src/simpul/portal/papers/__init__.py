"""The statutory papers made from cases."""
