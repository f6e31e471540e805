"""Arriving: what waits for a mail address that becomes somebody's."""
