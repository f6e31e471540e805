"""Object stores: the contract, its providers, and the probes that hold every provider to it."""
