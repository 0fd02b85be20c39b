"""Portal tests: Django is set up before any of them is imported."""

from portal_world import portal, portal_database, world  # noqa: F401
