"""One module per outside system that the hub fetches rows from, all of one shape (`shape`)."""
