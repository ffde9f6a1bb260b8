"""Completing a target for a sharedir that another one filled."""
