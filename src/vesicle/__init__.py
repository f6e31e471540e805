"""vesicle: a self-hosted scientific data repository that speaks the API of Synapse."""

__version__ = "0.1.0"
