"""What is installed in a directory: reading only."""
