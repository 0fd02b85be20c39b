"""The management API: the pages' actions for programs."""
