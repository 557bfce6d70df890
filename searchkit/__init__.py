"""Vietnamese full-text search for the command line."""

__version__ = "0.1.0"
