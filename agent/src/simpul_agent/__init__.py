"""Delivers rows from an agency's own database or folder to the hub: whole, once, and only ever outwards."""

__version__ = "0.1.0"
