"""The one guarded way to call other servers."""
