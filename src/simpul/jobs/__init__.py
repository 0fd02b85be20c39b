"""The worker: each task a few lines that call an action of the portal or of the exchange."""
