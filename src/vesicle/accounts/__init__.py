"""People, sign-in and access tokens."""
