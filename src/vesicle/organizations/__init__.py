"""Organizations: every project belongs to exactly one."""
