"""The commands, one module each or per small family; imported when called (`cli.COMMANDS`).

Library modules are imported inside the functions that use them, so that help and errors cost nothing.
"""
