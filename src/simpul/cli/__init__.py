"""The `simpul` command: one small module for each command, and the supervisor of the hub's processes."""
