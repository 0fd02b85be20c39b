"""May this program do this with this data for this purpose? Keys, grants and the decision (pure)."""
