"""E-mail to people, and the links in it that prove who follows them."""
