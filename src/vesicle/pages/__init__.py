"""Pages for people with a browser: where the links of our mail lead, and what stands at the root."""
