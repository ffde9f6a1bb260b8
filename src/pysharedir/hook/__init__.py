"""The startup hook in a target: its files, its place, and what is remembered beside it."""
