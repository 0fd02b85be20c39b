"""The control plane: one Django app for each thing that people work with."""
