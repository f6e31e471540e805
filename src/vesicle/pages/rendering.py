"""Pages as answers of doors: their templates, what browsers are told about them, and how they say no."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vesicle.errors import NotSignedIn, Refusal
from vesicle.web import Reply, reply_of_refusal

_NOTHING: Mapping[str, Any] = {}
HTML = "text/html; charset=UTF-8"
_style = resources.files(__package__).joinpath("static/style.css").read_text("utf-8")
_digest = base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()
# Nothing is loaded and nothing runs; the one style sheet is part of the page, and known by its digest.
_policy = (
    f"default-src 'none'; style-src 'sha256-{_digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_templates = Environment(
    loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    auto_reload=False,
)  # fmt: skip
# What is ours and trusted goes in as it is; everything else is escaped.
_templates.globals.update(style=Markup(_style), trouble="")  # noqa: S704


class Page(Reply):
    """A template, filled in."""

    def __init__(self, template: str, status: int = 200, /, **facts: Any) -> None:
        text = _templates.get_template(template).render(facts)
        super().__init__(status, text.encode(), HTML, {"Content-Security-Policy": _policy})


class Again(Refusal):
    """A refusal after which a browser shows a certain page, mostly the same form with what was wrong."""

    def __init__(self, cause: Refusal, template: str, facts: Mapping[str, Any]) -> None:
        super().__init__(cause.reason, cause.code)
        self.status, self.cause, self.template, self.facts = cause.status, cause, template, facts


@contextmanager
def again(template: str, **facts: Any) -> Iterator[None]:
    """What is refused inside leads a browser to this page. Nothing is kept of it, for the refusal goes on."""
    try:
        yield
    except Refusal as refusal:
        raise Again(refusal, template, facts) from refusal


def is_browser(headers: Mapping[str, str]) -> bool:
    """True for callers that ask for web pages by name; programs take anything."""
    return "text/html" in headers.get("accept", "")


def refused(refusal: Refusal, headers: Mapping[str, str]) -> Reply:
    """A page for browsers, and the API's error body for everybody else."""
    cause, template, facts = refusal, "refused.html", _NOTHING
    if isinstance(refusal, Again):
        cause, template, facts = refusal.cause, refusal.template, refusal.facts
    plain = reply_of_refusal(cause)
    if not is_browser(headers):
        return plain
    page = Page(template, refusal.status, **{"trouble": _in_kind_words(cause), **facts})
    page.headers.update(plain.headers)
    return page


def _in_kind_words(refusal: Refusal) -> str:
    if isinstance(refusal, NotSignedIn) and refusal.code is None:
        return "This name and this password do not belong together."
    if type(refusal) is Refusal:
        return "Something went wrong on our side, and is written down there. Nothing was changed."
    return refusal.reason
