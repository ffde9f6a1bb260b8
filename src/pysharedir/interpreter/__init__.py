"""An interpreter, and what it says of itself."""
