"""What commands print: for each a module that knows its tables, lines and JSON."""
