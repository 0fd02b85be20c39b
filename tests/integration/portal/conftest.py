"""Portal tests: Django is set up before any of them is imported."""

from portal_world import portal, portal_database, world  # noqa: F401
from service_world import served  # noqa: F401
from sop_world import exchange, sop  # noqa: F401 (after the world that sets Django up)
