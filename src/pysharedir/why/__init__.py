"""Where a name comes from, or why it is not found: a module, a distribution, a script."""
