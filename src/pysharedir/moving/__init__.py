"""Distributions that change place, so that a crash loses nothing."""
