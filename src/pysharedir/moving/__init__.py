"""Moving distributions between directories, so that a crash loses nothing."""
