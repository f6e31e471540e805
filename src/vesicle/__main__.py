"""The command line: vesicle serve | work | admin | check | register."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from vesicle import __version__, administration, org_command, serving
from vesicle.accounts import certification, people, sign_in, signing_up
from vesicle.db import Connection, Unreachable, connect, migrate
from vesicle.errors import BadRequest, Refusal
from vesicle.relocation import from_outside
from vesicle.settings import S3Access, Settings, SettingsError, load

cli = typer.Typer(
    help="A self-hosted scientific data repository that speaks the API of Synapse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
admin = typer.Typer(help="Create users and tokens; works whether or not the server runs.", no_args_is_help=True)
cli.add_typer(admin, name="admin")
check = typer.Typer(help="Try out what vesicle stands on.", no_args_is_help=True)
cli.add_typer(check, name="check")

Data = Annotated[Path | None, typer.Option("--data", help="The folder that holds everything.", show_default=False)]
Config = Annotated[
    Path | None, typer.Option("--config", help="A settings file besides DATA/vesicle.toml.", show_default=False)
]


def _settings(data: Path | None, **overrides: Any) -> Settings:
    settings = load(data, overrides)
    serving.configure_logs(settings)
    return settings


@cli.callback(invoke_without_command=True)
def _top(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    if version:
        typer.echo(f"vesicle {__version__}")
        raise typer.Exit


@cli.command()
def serve(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="The port of the API; the object store takes the next.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    processes: Annotated[int | None, typer.Option(help="How many API processes run.")] = None,
    config: Config = None,
) -> None:
    """Run everything: database, object store, API processes and a worker. Ctrl-C ends it; the data is kept."""
    serving.serve(_settings(data, port=port, host=host, processes=processes, config=config))


@cli.command()
def work(data: Data = None, config: Config = None) -> None:
    """Run one more worker beside a server that runs already."""
    serving.run_worker(serving.attached(_settings(data, config=config)))


@cli.command()
def register(
    location: Annotated[int, typer.Argument(help="The storage location whose objects become files.")],
    target: Annotated[str, typer.Argument(help="The project or folder that they lie in, such as syn10000001.")],
    prefix: Annotated[
        str, typer.Option(help="Only keys that begin so, behind the base key; folders begin behind it.")
    ] = "",
    flat: Annotated[bool, typer.Option("--flat", help="No folders: every file into the target itself.")] = False,
    content_type: Annotated[Literal["name", "object"], typer.Option(help="Where content types come from.")] = "name",
    md5: Annotated[
        Literal["etag", "metadata", "bytes", "nowhere"], typer.Option(help="Where MD5s come from.")
    ] = "etag",
    changed: Annotated[
        Literal["version", "report"], typer.Option(help="What becomes of objects that changed.")
    ] = "version",
    label: Annotated[str, typer.Option(help="The label of the versions that are made, such as a release.")] = "",
    comment: Annotated[str, typer.Option(help="The comment of the versions that are made.")] = "",
    manifest: Annotated[Path | None, typer.Option(help="Where to save the manifest.", show_default=False)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only write the manifest of what would be done.")] = False,
    continue_job: Annotated[str | None, typer.Option(help="Go on where this job ended.", show_default=False)] = None,
    url: Annotated[str | None, typer.Option(help="The server's address; that of DATA otherwise.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make files of the objects that lie in a bucket, as the person of SYNAPSE_AUTH_TOKEN or ~/.synapseConfig.

    Ends with 1 when there are objects that could not be registered.
    """
    address = url or _settings(data, config=config).api_url
    caller = from_outside.Caller(address, from_outside.token_of_caller())
    asked = {
        "targetId": target, "prefix": prefix, "structure": "flat" if flat else "folders",
        "contentTypeFrom": content_type, "md5From": md5, "changed": changed, "versionLabel": label or None,
        "versionComment": comment or None, "dryRun": dry_run, "continueJobId": continue_job,
    }  # fmt: skip
    if manifest is not None:
        from_outside.check_writable(manifest)
    done = from_outside.register(caller, location, asked, lambda text: typer.echo(text, err=True))
    if manifest is not None:
        from_outside.save_manifest(caller, done, manifest)
    for name, value in done.items():
        typer.echo(f"{name}: {value}")
    if done.get("reported"):
        typer.echo(f"{done['reported']} objects are not registered; the manifest says of each why.", err=True)
        raise typer.Exit(1)


@cli.command(hidden=True)
def api(descriptor: Annotated[int, typer.Option()]) -> None:
    """One API process on an inherited socket; `serve` starts these."""
    serving.run_api(_settings(None), descriptor)


@contextmanager
def _database(data: Path | None, config: Path | None) -> Iterator[Connection]:
    """The database of a server that runs, or, for as long as this lasts, of one that does not."""
    with serving.database_of(_settings(data, config=config)) as url:
        migrate.migrate(url)
        with connect(url) as conn:
            yield conn


@admin.command("create-user")
def create_user(
    name: str,
    email: Annotated[str, typer.Option(help="The person's mail address.")],
    is_admin: Annotated[bool, typer.Option("--admin", help="May do everything.")] = False,
    first_name: Annotated[str, typer.Option(help="Given name.")] = "",
    last_name: Annotated[str, typer.Option(help="Family name.")] = "",
    data: Data = None,
    config: Config = None,
) -> None:
    """Create a user, and print the user's id."""
    with _database(data, config) as conn:
        typer.echo(people.create(conn, name, email, first_name=first_name, last_name=last_name, admin=is_admin))


@admin.command("create-token")
def create_token(
    name: str,
    label: Annotated[str | None, typer.Option(help="What the token is called; a random name otherwise.")] = None,
    scopes: Annotated[str | None, typer.Option(help="view,download,modify or fewer; all of them otherwise.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print a new personal access token for a user, and nothing else."""
    with _database(data, config) as conn:
        typer.echo(administration.create_token(conn, name, label, scopes))


@admin.command()
def certify(name: str, data: Data = None, config: Config = None) -> None:
    """Let a user upload where the setting `certification` is `required`."""
    with _database(data, config) as conn:
        certification.certify(conn, None, people.find(conn, name))


@admin.command("set-password")
def set_password(name: str, data: Data = None, config: Config = None) -> None:
    """Set a user's password: asked for on a terminal, the first line of standard input otherwise."""
    asked = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    with _database(data, config) as conn:
        sign_in.set_password(conn, people.find(conn, name), asked)


@admin.command()
def invite(email: str, data: Data = None, config: Config = None) -> None:
    """Send somebody a link with which they make themself an account, where the setting `sign_up` allows it."""
    with _database(data, config) as conn, conn.transaction():
        signing_up.invite_by_mail(conn, _settings(data, config=config), email)


@admin.command()
def audit(
    actor: Annotated[str | None, typer.Option(help="Only what this user did.", show_default=False)] = None,
    deed: Annotated[str | None, typer.Option(help="Only this, such as sign_in.refused.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option(help="Not before, such as 2026-01-31.", show_default=False)] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many lines.")] = 50,
    data: Data = None,
    config: Config = None,
) -> None:
    """Show the record of what was done, the newest first."""
    with _database(data, config) as conn:
        typer.echo(administration.record(conn, actor, deed, since, most))


@admin.command()
def mails(
    number: Annotated[int | None, typer.Argument(help="Show this one whole.", show_default=False)] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 20,
    data: Data = None,
    config: Config = None,
) -> None:
    """List the last e-mails and what became of them, or show one with its text."""
    with _database(data, config) as conn:
        typer.echo(administration.outbox(conn, most) if number is None else administration.one_mail(conn, number))


@check.command("bucket")
def check_bucket(
    bucket: str,
    base_key: Annotated[str | None, typer.Option(help="Where in the bucket; all of it otherwise.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="The store of the bucket; the default one otherwise.")] = None,
    access_key: Annotated[
        str | None, typer.Option(envvar="AWS_ACCESS_KEY_ID", help="With --endpoint: instead of what the settings say.")
    ] = None,
    secret_key: Annotated[str | None, typer.Option(envvar="AWS_SECRET_ACCESS_KEY", help="With --access-key.")] = None,
    region: Annotated[str, typer.Option(envvar="AWS_DEFAULT_REGION", help="With --access-key.")] = "us-east-1",
    role: Annotated[str, typer.Option(help="With --access-key: the role whose sessions are to be lent.")] = "",
    ca_bundle: Annotated[str, typer.Option(help="With --access-key: who vouches for the endpoint.")] = "",
    papers: Annotated[bool, typer.Option("--papers", help="Print the documents to paste, too.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Try everything that a storage location needs in a bucket, with the credentials of this server, or with others."""
    settings, own = _settings(data, config=config), None
    if endpoint and access_key:
        if not secret_key:
            raise BadRequest("An access key goes with its secret: set AWS_SECRET_ACCESS_KEY, or say --secret-key.")
        own = S3Access(endpoint, access_key, secret_key, region=region, role=role, ca_bundle=ca_bundle)
        typer.echo(f"At {endpoint} with the access key {access_key}:\n")
    else:
        settings = serving.attached(settings)
    if not administration.check_bucket(settings, bucket, base_key, endpoint, own, papers=papers):
        raise typer.Exit(1)


@contextmanager
def _house(data: Path | None, config: Path | None) -> Iterator[tuple[Connection, Settings]]:
    """The database, and the settings of the server."""
    with _database(data, config) as conn:
        yield conn, _settings(data, config=config)


cli.add_typer(org_command.with_database(_house), name="org")


def main() -> None:
    """The entry of the `vesicle` command. A refusal is one sentence on standard error, not a traceback."""
    try:
        cli()
    except (Refusal, SettingsError) as refusal:
        typer.echo(f"vesicle: {refusal}", err=True)
        sys.exit(2)
    except Unreachable as trouble:
        typer.echo(f"vesicle: the database did not do what was asked of it: {' '.join(str(trouble).split())}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
