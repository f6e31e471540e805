"""Rows of the tree."""
