"""Storage locations: which bucket, whose, with which powers."""
