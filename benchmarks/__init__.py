"""Measurements: what the hook costs, compared with what others do."""
