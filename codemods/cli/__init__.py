"""The command line: one module a command, each thin. Heavy imports stand inside of functions."""
