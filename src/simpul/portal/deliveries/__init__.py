"""Batches of rows and the rows refused, as people see them."""
