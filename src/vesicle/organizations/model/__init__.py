"""Shapes of organizations, members, invitations and plans, and the pure rules of names and limits."""
