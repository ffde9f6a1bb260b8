"""Putting the hook into a target, and taking it away."""
