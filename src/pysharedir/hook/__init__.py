"""The startup hook in a target: its files, its place, and what pysharedir remembers next to it."""
