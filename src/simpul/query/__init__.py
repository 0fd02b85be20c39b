"""The read grammar of the exchange, PostgREST's for one table: parse a request, plan its SQL (pure)."""
