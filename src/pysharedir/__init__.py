"""One tree of pure-Python packages for the interpreters of every architecture."""

try:
    from pysharedir._version import __version__
except ImportError:  # a checkout that was never installed, not even in editable form
    __version__ = "0.0.0"

__all__ = ["__version__"]
