"""The worker: each task a few lines that call an action."""
