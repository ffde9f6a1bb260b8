"""The command ``sync``: complete a target whose sharedir another interpreter filled."""
