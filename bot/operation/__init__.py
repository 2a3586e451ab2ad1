"""Running the service: who lives, what is wrong, who is told, and the figures of it."""

VERSION = "0.1.0"
"""Of the program, as in pyproject.toml."""
