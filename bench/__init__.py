"""Measurements. Each program starts what it needs on loopback, prints a table, and ends what it started."""
