"""How much is called: each day's calls, rows and failures, counted once from the sealed evidence."""
