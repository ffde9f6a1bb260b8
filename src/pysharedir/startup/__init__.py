"""What runs between exec and the first line of user code, and what each of it costs."""
