"""Every known fault of a target: how to find it, and how to fix it where that is safe."""
