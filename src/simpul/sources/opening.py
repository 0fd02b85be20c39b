"""The kinds of sources by name, and the two doors: parse the settings of a kind, open its reader."""
