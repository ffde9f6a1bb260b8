"""A merged root of links to a fixed set of prefixes, which needs no hook."""
