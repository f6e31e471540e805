"""File handles, their associations, and the multipart uploads that make them."""
