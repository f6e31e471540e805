"""Doors of people, sign-in and access tokens."""

from vesicle.accounts.http import addresses, administration, people, signing_in, tokens
from vesicle.accounts.http.declaring import door

__all__ = ["addresses", "administration", "door", "people", "signing_in", "tokens"]
