"""Words that every room may use: errors, settings, the clock, identifiers."""
