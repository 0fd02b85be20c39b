"""The evidence tables: one row a call, and the seals over them."""
