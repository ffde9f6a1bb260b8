"""The command ``view``: merge prefixes into one tree of symbolic links, without a hook."""
