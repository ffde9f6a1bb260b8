"""The commands as the parser sees them, each a module of its name.

What one runs and prints with is imported when it is called, since a TAB loads it for its options.
"""
