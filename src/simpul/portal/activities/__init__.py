"""What each of the 15 activities asks, checks and really does."""
