"""One tree of pure-Python packages for the interpreters of every architecture."""

__version__ = "0.1.0"
