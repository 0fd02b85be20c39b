"""Takes one case through all 15 activities over HTTP, as each party, with a real file as the agency's data."""
