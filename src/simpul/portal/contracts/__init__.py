"""The agreed contracts and their versions, and who agreed to them."""
