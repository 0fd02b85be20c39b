"""What the exchange serves: publications, datasets, applications, keys and grants."""
