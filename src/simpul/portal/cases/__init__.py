"""Requests on their way through the SOP: events, open acts, drafts, comments, attachments."""
