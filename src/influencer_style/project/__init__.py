"""The project that a command works in: where it is, its configuration, and the signals that end the command."""
