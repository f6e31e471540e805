"""The HTTP edge: doors, refusals as JSON, OpenAPI."""

from vesicle.web.calls import Call, House
from vesicle.web.doors import (
    Access,
    Administrators,
    Anyone,
    Door,
    Doors,
    InStory,
    Needs,
    Sensitive,
    SignedIn,
    Transaction,
)
from vesicle.web.refusals import reply_of_refusal
from vesicle.web.replies import Bare, Redirect, Reply, Text

__all__ = [
    "Access",
    "Administrators",
    "Anyone",
    "Bare",
    "Call",
    "Door",
    "Doors",
    "House",
    "InStory",
    "Needs",
    "Redirect",
    "Reply",
    "Sensitive",
    "SignedIn",
    "Text",
    "Transaction",
    "reply_of_refusal",
]
