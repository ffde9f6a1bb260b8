"""What the commands print: one module for each, with its tables, lines and JSON."""
