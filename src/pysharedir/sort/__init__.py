"""The command ``sort``: move noarch distributions to the sharedir, all others to platlib."""
