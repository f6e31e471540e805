"""The record of what people did that others may ask about later: sign-ins, sharing, limits, memberships."""
