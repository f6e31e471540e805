"""What an operator does beside the server: the first administrator, users, tokens, and what to do next."""

from __future__ import annotations

import json
import os
import shlex
from textwrap import dedent

from rich.console import Console
from rich.table import Table

from vesicle.access import Scope
from vesicle.access.actors import EVERY_SCOPE
from vesicle.accounts import people, tokens
from vesicle.app import all_stores
from vesicle.audit import reading
from vesicle.audit.model import Question, moment
from vesicle.db import Connection, connect
from vesicle.errors import BadRequest, NotFound
from vesicle.locations import checking
from vesicle.locations.model import clean_base_key
from vesicle.mail import sending
from vesicle.objectstore.stores import store_of
from vesicle.settings import S3Access, Settings

FIRST_NAME = "admin"
MARKS = {"works": "✔", "fails": "✘", "differs": "≠", "not tried": "–"}


def ensure_administrator(settings: Settings) -> bool:
    """Make the first administrator unless there is one. True when one was made."""
    with connect(settings.database_url) as conn:
        if people.has_administrator(conn):
            return False
        people.create(conn, FIRST_NAME, f"{FIRST_NAME}@localhost", admin=True)
        return True


def create_token(conn: Connection, name: str, label: str | None, scopes: str | None) -> str:
    """A personal access token for a person, with the scopes named (all but ``authorize`` otherwise)."""
    granted = EVERY_SCOPE & ~Scope.authorize
    if scopes:
        try:
            granted = Scope(0)
            for scope in scopes.split(","):
                granted |= Scope[scope.strip()]
        except KeyError as error:
            raise BadRequest(f"{error.args[0]!r} is not a scope; choose from view, download, modify.") from None
    return tokens.issue(conn, people.find(conn, name), label or tokens.fresh_label(), granted)


def record(conn: Connection, actor: str | None, deed: str | None, since: str | None, most: int) -> str:
    """Lines of the record of deeds, the newest first."""
    actor_id = people.find(conn, actor) if actor else None
    page = reading.page(conn, None, Question(actor_id, deed, since=moment("since", since)), None, most)
    return "\n".join(
        f"{one.done_on}  {one.actor_id or 'operator'}  {one.deed}  {one.object_type} {one.object_id or '-'}"
        f"  {json.dumps(one.detail, ensure_ascii=False)}"
        for one in page.results
    )


def outbox(conn: Connection, most: int) -> str:
    """The last e-mails, one a line, the newest first."""
    lines = (
        f"{mail.id}  {mail.queued_on:%Y-%m-%d %H:%M}  {mail.state:6}  {mail.recipient}  {mail.subject}"
        + (f"  ({mail.trouble})" if mail.trouble else "")
        for mail in sending.outbox(conn, most)
    )
    return "\n".join(lines)


def one_mail(conn: Connection, number: int) -> str:
    """One e-mail, with its text unless it was sent. Raises NotFound."""
    mail = sending.one(conn, number)
    if mail is None:
        raise NotFound(f"There is no e-mail {number}; `vesicle admin mails` lists the last ones.")
    text = "(Its text was forgotten when it was sent.)" if mail.state == "sent" else mail.text
    return f"To: {mail.recipient}\nSubject: {mail.subject}\n\n{text}"


def check_bucket(
    settings: Settings, bucket: str, base_key: str | None, endpoint: str | None, own: S3Access | None, *, papers: bool
) -> bool:  # fmt: skip
    """Print the table of what works in a bucket, and what to paste; False when something fails.

    ``own`` are credentials that stand in no settings, for a store that is yet to be chosen.
    """
    if own is None:
        stores = all_stores(settings)
        store = stores.at(stores.meant_by(endpoint), bucket)
    else:
        store = store_of(own)
    found = checking.check(store, bucket, clean_base_key(base_key), settings.api_url)
    table = Table("", "what", "seen", "what to change", box=None, pad_edge=False)
    for line in found.lines:
        table.add_row(MARKS[line.state], line.what, line.seen or "", line.change or "")
    console = Console()
    console.print(table)
    documents = {"Bucket policy": found.bucket_policy, "CORS": found.cors, "CloudFormation": found.cloud_formation}
    for title, document in documents.items() if papers else ():
        console.print(f"\n{title}\n{document}", markup=False, highlight=False, soft_wrap=True)
    return all(line.state != "fails" for line in found.lines)


def command(settings: Settings) -> str:
    """How this operator calls vesicle: the way the server itself was called."""
    called = "./dev" if os.environ.get("CALLED_BY_DEV") else "vesicle"
    return f"{called} admin create-token {FIRST_NAME} --data {shlex.quote(str(settings.data))}"


def welcome(settings: Settings, *, new_admin: bool) -> str:
    """What the server prints when it is ready: where it is, and the first steps."""
    made = f"The administrator `{FIRST_NAME}` was created.\n\n" if new_admin else ""
    api = settings.api_url
    text = f"""\
        vesicle is ready at {api} (data: {settings.data}).

        1. Make yourself a personal access token:

             {command(settings)}

        2. Put this into ~/.synapseConfig:

             [default]
             authtoken = THE TOKEN
             [endpoints]
             repoEndpoint = {api}/repo/v1
             authEndpoint = {api}/auth/v1
             fileHandleEndpoint = {api}/file/v1
             portalEndpoint = {api}

        3. With `pip install "synapseclient>=4.12"` (after `pip install --upgrade pip`), from any folder:

             synapse create Project --name "My project"
             synapse add FILE --parentId PROJECT_ID
             synapse get FILE_ID

        Ctrl-C ends it; everything is kept in the data folder.
        """
    return made + dedent(text)
