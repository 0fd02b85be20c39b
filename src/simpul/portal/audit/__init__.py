"""The append-only log of sign-ins, refusals and changes."""
