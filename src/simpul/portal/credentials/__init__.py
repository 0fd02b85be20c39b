"""OAuth 2.0 clients of applications, the keys that sign their tokens, and what credentials live through."""
