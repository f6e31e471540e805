"""Hands bytes out and tells where to send them: presigned downloads, upload destinations."""
