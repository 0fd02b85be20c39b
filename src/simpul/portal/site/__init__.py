"""The frame of every page: layout, languages, errors, static files."""
