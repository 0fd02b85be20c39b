"""Government bodies, their officials and letterheads, and who succeeds whom."""
