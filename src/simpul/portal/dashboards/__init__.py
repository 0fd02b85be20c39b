"""What a dataset shows, made from its contract."""
