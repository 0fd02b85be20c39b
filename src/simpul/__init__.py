"""Simpul: the government service hub that a regency runs on one server."""
