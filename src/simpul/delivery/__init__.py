"""Rows in: read an agency's file, validate each row, keep the good, quarantine the bad, merge under one lock."""
