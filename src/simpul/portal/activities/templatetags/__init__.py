"""What templates of activities need."""
