"""Durable work, and the frame of asynchronous jobs."""
