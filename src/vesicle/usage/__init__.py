"""The ledger of stored and sent bytes."""
