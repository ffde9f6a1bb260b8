"""Measurements: what the hook costs, beside what others do."""
