"""The regency that goes through the SOP."""

from sop_world import exchange, sop  # noqa: F401
