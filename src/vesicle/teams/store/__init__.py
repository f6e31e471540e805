"""Rows of teams, one file for each kind."""
