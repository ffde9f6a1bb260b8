"""The commands as the parser sees them: one module for each, under its name.

A command imports what it runs and prints with only when it is called, since the shell's completion
loads its module for its options.
"""
