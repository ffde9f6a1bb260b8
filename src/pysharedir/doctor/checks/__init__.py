"""The checks: a function finds one kind of fault, a module holds those of one noun."""
