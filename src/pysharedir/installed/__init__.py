"""What is installed in a directory; nothing here changes it."""
