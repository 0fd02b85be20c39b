"""Sources that the hub fetches rows from by itself: set-up, schedule, runs and their history."""
