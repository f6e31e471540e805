"""Messages between people: inbox, outbox, conversations, and the mail that tells of them."""
