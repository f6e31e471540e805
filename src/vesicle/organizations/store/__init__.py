"""Rows of organizations, plans, members and invitations."""
