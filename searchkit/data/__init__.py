"""Lists and texts that ship with the package; no code."""
