"""Putting every distribution where it belongs: noarch into the sharedir, all else to platlib."""
