"""The persons who sign in, their roles and personal tokens."""
