"""An interpreter, and what it reports about itself."""
