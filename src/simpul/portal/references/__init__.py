"""Code lists (daftar kode rujukan): imported, compared, put into force, and published to every program."""
