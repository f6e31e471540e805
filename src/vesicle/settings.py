"""Every setting once: its name, type, default and one sentence of help.

Later sources win: the defaults here, ``vesicle.toml``, the ``VESICLE_*`` environment, the command line. What cannot be
right is refused when the settings are loaded, with the name of the setting and what it expects.
``docs/settings.md`` is made from this file: ``python -m vesicle.settings > docs/settings.md``.
"""

from __future__ import annotations

import dataclasses
import difflib
import ipaddress
import json
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

PREFIX = "VESICLE_"
CONFIG = "config"  # says where settings are, and is none itself
NO_LIMIT = 2**31 - 1


class SettingsError(Exception):
    """A setting is unknown, malformed, or contradicts another one; the message is written for the operator."""


class Form(NamedTuple):
    """A text with rules: what to say when it breaks them, and the normal form of one that keeps them (else None)."""

    expected: str
    normal: Callable[[str], str | None]


def _origin(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        valid_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    valid = parts.scheme in ("http", "https") and parts.hostname and valid_port and bare
    return f"{parts.scheme}://{parts.netloc}" if valid else None


def _origins(text: str) -> str | None:
    found = [_origin(one.strip()) for one in text.split(",")]
    return ",".join(one.lower() for one in found if one) if all(found) else None


def _networks(text: str) -> str | None:
    try:
        return ",".join(str(ipaddress.ip_network(one.strip(), strict=False)) for one in text.split(","))
    except ValueError:
        return None


def _matching(pattern: str) -> Callable[[str], str | None]:
    return lambda text: text if re.fullmatch(pattern, text) else None


ORIGIN = Form("an origin such as https://data.example.org, without a path", _origin)
NETWORKS = Form("addresses or networks such as 10.0.0.0/8, with commas between", _networks)
ORIGINS = Form("origins such as https://data.example.org, with commas between", _origins)
WEB_PAGE = Form("the address of a web page", _matching(r"https?://[^\s\"'<>]+"))
VERSION = Form("a version such as 1.0.0", _matching(r"[0-9A-Za-z.-]{1,64}"))
POSTGRESQL = Form("a URL that begins with postgresql://", _matching(r"postgres(ql)?://.+"))
BUCKET = Form(
    "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
    _matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
)
ROLE = Form(
    "the ARN of a role, such as arn:aws:iam::123456789012:role/name", _matching(r"arn:aws[a-z-]*:iam::.*role/.+")
)
HOST = Form("a host name or an IP address, without a port", _matching(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"))

ADDRESS = Form("a mail address such as vesicle@example.org", _matching(r"[\w.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"))


@dataclasses.dataclass(frozen=True)
class S3Access:
    """Credentials for one object store, or, where ``buckets`` names some, for these buckets of it."""

    endpoint: str
    access_key: str
    secret_key: str = dataclasses.field(repr=False)
    region: str = "us-east-1"
    public_endpoint: str = ""
    ca_bundle: str = ""
    role: str = ""
    sts_endpoint: str = ""
    lender_access_key: str = ""
    lender_secret_key: str = dataclasses.field(default="", repr=False)
    buckets: tuple[str, ...] = ()

    @property
    def token_service(self) -> str:
        """Where sessions of ``role`` are asked for."""
        if self.sts_endpoint or not (urlsplit(self.endpoint).hostname or "").endswith(".amazonaws.com"):
            return self.sts_endpoint or self.endpoint
        return f"https://sts.{self.region}.amazonaws.com"


S3_LIST = tuple[S3Access, ...]
_S3_MEMBERS = ", ".join(one.name for one in dataclasses.fields(S3Access))


def _s3_list(raw: object) -> tuple[S3Access, ...]:
    """From TOML tables, or from the same as JSON. Raises ValueError."""
    tables = json.loads(raw or "[]") if isinstance(raw, str) else raw
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError
    return tuple(_s3_access(table) for table in tables)


def _s3_access(table: dict[str, Any]) -> S3Access:
    buckets = table.get("buckets", [])
    texts = [value for name, value in table.items() if name != "buckets"] + list(buckets)
    if not isinstance(buckets, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError
    try:
        access = S3Access(**{**table, "buckets": tuple(buckets)})
    except TypeError:  # A name that is none of ours, or one that is missing.
        raise ValueError from None
    origins = [access.endpoint, *filter(None, [access.public_endpoint, access.sts_endpoint])]
    if not (access.access_key and access.secret_key and all(_origin(one) for one in origins)):
        raise ValueError
    if access.ca_bundle and not Path(access.ca_bundle).is_file():
        raise ValueError
    return access


def default_data_folder() -> Path:
    """The system's place for root, the user's own for everybody else."""
    if os.geteuid() == 0:
        return Path("/var/lib/vesicle")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "vesicle"


def setting(
    default: object,
    meaning: str,
    *,
    shown: str | None = None,
    least: int = 0,
    most: int = NO_LIMIT,
    form: Form | None = None,
    secret: bool = False,
) -> Any:
    """Declare one setting. ``shown`` is the default in the documentation where the value itself does not tell."""
    facts = {"meaning": meaning, "shown": shown, "least": least, "most": most, "form": form, "secret": secret}
    if callable(default):
        return dataclasses.field(default_factory=default, metadata=facts)
    return dataclasses.field(default=default, metadata=facts)


@dataclasses.dataclass(frozen=True, repr=False)
class Settings:
    """The effective settings of one process. Folders and files are absolute when they come from ``load``."""

    data: Path = setting(
        default_data_folder,
        "The folder that holds everything: database, objects, keys, logs.",
        shown="`/var/lib/vesicle` as root, otherwise `$XDG_DATA_HOME/vesicle` or `~/.local/share/vesicle`",
    )
    host: str = setting("127.0.0.1", "The address to listen on; beyond loopback, set `public_url` too.", form=HOST)
    port: int = setting(7770, "The port of the API.", least=1, most=65535)
    store_port: int = setting(0, "The port of the embedded object store.", shown="`port` + 1", most=65535)
    public_url: str = setting(
        "", "The origin at which clients reach the API.", shown="made of `host`, `port` and TLS", form=ORIGIN
    )
    store_public_url: str = setting(
        "",
        "The origin at which clients reach the object store; never the same as that of the API.",
        shown="`s3_endpoint`; for the embedded store, the API's host with `store_port`",
        form=ORIGIN,
    )
    processes: int = setting(1, "How many API processes run.", least=1, most=256)
    threads: int = setting(16, "How many requests one API process works on at a time.", least=1, most=256)
    database_url: str = setting(
        "",
        "An external PostgreSQL (15 or newer), such as `postgresql://user:password@host/name`.",
        shown="empty: the embedded PostgreSQL",
        form=POSTGRESQL,
        secret=True,
    )
    database_pool: int = setting(16, "The most database connections that one process opens.", least=2, most=1000)
    s3_endpoint: str = setting(
        "",
        "An external S3 as the default storage, such as `https://s3.eu-central-1.amazonaws.com`.",
        shown="empty: the embedded SeaweedFS",
        form=ORIGIN,
    )
    s3_access_key: str = setting("", "The access key for `s3_endpoint`.")
    s3_secret_key: str = setting("", "The secret key for `s3_endpoint`.", secret=True)
    s3_region: str = setting("us-east-1", "The region in which requests to the default storage are signed.")
    s3_bucket: str = setting("vesicle", "The bucket of the default storage.", form=BUCKET)
    s3_ca_bundle: Path | None = setting(
        None, "A PEM file with the authorities to trust for `s3_endpoint`.", shown="those of the system"
    )
    s3_role: str = setting(
        "",
        "The ARN of the role whose sessions are lent to people who compute on the data, such as "
        "`arn:aws:iam::123456789012:role/vesicle-lends`, or `arn:aws:iam:::role/vesicle-lends` on Ceph.",
        shown="the embedded store has one; otherwise empty: nothing is lent",
        form=ROLE,
    )
    s3_sts_endpoint: str = setting(
        "",
        "The token service that makes those sessions.",
        shown="that of the region at AWS, otherwise `s3_endpoint`",
        form=ORIGIN,
    )
    s3_lender_access_key: str = setting(
        "",
        "The access key of the user who takes `s3_role`; on Ceph never one that a bucket policy names.",
        shown="`s3_access_key`",
    )
    s3_lender_secret_key: str = setting("", "The secret key for it.", shown="`s3_secret_key`", secret=True)
    s3: S3_LIST = setting(
        (),
        "Credentials for the object stores and buckets of others, one `[[s3]]` table each; see below.",
        shown="none",
        secret=True,
    )
    s3_external_endpoint: str = setting(
        "",
        "The object store that a storage location means which names none, or Amazon's as clients do by themselves.",
        shown="that of an `[[s3]]` table for `https://s3.amazonaws.com`, otherwise the default storage",
        form=ORIGIN,
    )
    tls_certificate: Path | None = setting(
        None,
        "A PEM file with the certificate chain; the API and the embedded store then answer over https only.",
        shown="empty: plain http",
    )
    tls_key: Path | None = setting(None, "A PEM file with the key of `tls_certificate`.", shown="empty")
    log_format: Literal["auto", "console", "json"] = setting(
        "auto", "How log lines look; `auto` is `console` on a terminal and `json` elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting("info", "The least severity that is logged.")
    url_life_seconds: int = setting(
        900, "For how many seconds presigned URLs of downloads and parts are good.", least=60, most=43200
    )
    object_check_seconds: int = setting(
        300,
        "For how many seconds an object in the bucket of somebody else, once looked at, counts as unchanged.",
        most=86400,
    )
    abandoned_upload_days: int = setting(
        7, "After how many days without a new part an upload is aborted and forgotten.", least=1, most=3650
    )
    untied_file_days: int = setting(
        30,
        "After how many days an uploaded file that nothing refers to, not yet or no more, is removed; 0: never.",
        most=3650,
    )
    drift_check_hours: int = setting(
        24,
        "After how many hours a bucket that somebody brought is compared with what is on record; 0: only when asked.",
        most=8760,
    )
    dead_worker_seconds: int = setting(
        60, "After how many seconds without a sign of life the jobs of a worker are taken over.", least=4, most=3600
    )
    unused_token_days: int = setting(
        180, "After how many days without use an access token expires.", least=1, most=36500
    )
    sign_up: Literal["off", "invitation", "open"] = setting(
        "off", "Who may make themself an account: nobody, whose address was invited, or everybody with an address."
    )
    requests_per_minute: int = setting(
        30_000, "How many requests a minute one person, or one address without a person, may make; 0 is no limit."
    )
    sign_ins_per_minute: int = setting(
        60, "How many sign-ins, and uses of links that were mailed, one address may try a minute; 0 is no limit."
    )
    mails_per_hour: int = setting(
        60, "How many requests an hour that send a mail one person, or address, may make; 0 is no limit."
    )
    trusted_proxies: str = setting(
        "",
        "Addresses or networks of proxies whose `X-Forwarded-For` is believed, with commas between.",
        shown="empty: none",
        form=NETWORKS,
    )
    certification: Literal["auto", "everyone", "required"] = setting(
        "auto",
        "Who may upload: everyone, or only those whom an administrator certified (`required`).",
        shown="`auto`: `required` where `sign_up` is `open`, otherwise `everyone`",
    )
    terms_version: str = setting(
        "",
        "The version of the terms of use that people have to agree to before anything else.",
        shown="empty: there are none",
        form=VERSION,
    )
    terms_url: str = setting("", "The web page with the terms of use.", form=WEB_PAGE)
    portal_origins: str = setting(
        "",
        "Origins, with commas between, of web pages elsewhere that links in mail may lead to.",
        shown="empty: this server only",
        form=ORIGINS,
    )
    smtp_host: str = setting(
        "", "The mail server that takes the mail of this installation.", form=HOST,
        shown="empty: mail is kept, and `vesicle admin mails` shows it",
    )  # fmt: skip
    smtp_port: int = setting(587, "The port of `smtp_host`.", least=1, most=65535)
    smtp_security: Literal["starttls", "tls", "none"] = setting(
        "starttls",
        "How the connection to `smtp_host` is protected: changed to TLS, TLS from the start (port 465), or not at all.",
    )
    smtp_user: str = setting("", "The name to sign in to `smtp_host` with.", shown="empty: without signing in")
    smtp_password: str = setting("", "The password of `smtp_user`.", secret=True)
    smtp_from: str = setting("", "The address that mail comes from.", form=ADDRESS)
    trash_days: int = setting(
        30, "After how many days in the trash can what was deleted is purged for good.", least=1, most=36500
    )
    plans: Literal["off", "on"] = setting(
        "off",
        "Whether new projects go to organizations with plans and limits; `off`: to a single one without limits.",
    )
    max_children: int = setting(0, "How many children a project or folder may have; 0 is no limit.")

    def __post_init__(self) -> None:
        if not self.store_port:
            object.__setattr__(self, "store_port", self.port + 1)
        if self.certification == "auto":
            object.__setattr__(self, "certification", "required" if self.sign_up == "open" else "everyone")
        for wrong, reason in _contradictions(self):
            if wrong:
                raise SettingsError(reason)

    def __repr__(self) -> str:
        values = [(one, getattr(self, one.name)) for one in SETTINGS.values()]
        shown = (f"{one.name}={'***' if one.secret and value else repr(value)}" for one, value in values)
        return f"Settings({', '.join(shown)})"

    @property
    def scheme(self) -> str:
        """``https`` where a certificate is set, for the API and the embedded store alike."""
        return "https" if self.tls_certificate else "http"

    @property
    def api_url(self) -> str:
        """The origin at which clients reach the API, without a slash at the end."""
        return self.public_url or f"{self.scheme}://{_reachable(self.host)}:{self.port}"

    @property
    def default_s3(self) -> S3Access:
        """The default storage, as one of the stores that there are credentials for."""
        return S3Access(
            self.s3_endpoint, self.s3_access_key, self.s3_secret_key, self.s3_region, public_endpoint=self.store_url,
            ca_bundle=str(self.s3_ca_bundle or ""), role=self.s3_role, sts_endpoint=self.s3_sts_endpoint,
            lender_access_key=self.s3_lender_access_key, lender_secret_key=self.s3_lender_secret_key,
        )  # fmt: skip

    @property
    def portals(self) -> list[str]:
        """The origins of web pages elsewhere that links in mail may lead to."""
        return self.portal_origins.split(",") if self.portal_origins else []

    @property
    def store_url(self) -> str:
        """The origin at which clients reach the default object store, without a slash at the end."""
        if self.store_public_url or self.s3_endpoint:
            return self.store_public_url or self.s3_endpoint
        host = urlsplit(self.public_url).hostname or self.host
        return f"{self.scheme}://{_reachable(host)}:{self.store_port}"


def _reachable(host: str) -> str:
    """The host as it stands in a URL; for "all addresses", the one of them that this machine itself can use."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"[{host}]" if ":" in host else host


def _contradictions(settings: Settings) -> Iterable[tuple[object, str]]:
    given = settings.s3_endpoint, settings.s3_access_key, settings.s3_secret_key
    yield any(given) and not all(given), "s3_endpoint, s3_access_key and s3_secret_key belong together: set all or none"
    lender = settings.s3_lender_access_key, settings.s3_lender_secret_key
    yield (
        any(lender) and not all(lender),
        "s3_lender_access_key and s3_lender_secret_key belong together: set both or none",
    )
    tls = settings.tls_certificate, settings.tls_key
    yield any(tls) and not all(tls), "tls_certificate and tls_key belong together: set both or none"
    yield settings.store_port > 65535, f"store_port: {settings.store_port} is past the last port, 65535; set another"
    yield settings.store_port == settings.port, f"store_port and port are both {settings.port}; set another store_port"
    yield (
        bool(settings.terms_version) != bool(settings.terms_url),
        "terms_version and terms_url belong together: set both",
    )
    yield settings.smtp_host and not settings.smtp_from, "smtp_host needs smtp_from, the address that mail comes from"
    clear = settings.smtp_user and settings.smtp_security == "none"
    yield clear, "smtp_user: a password is not sent without protection; set smtp_security to starttls or tls"
    same = settings.store_url == settings.api_url
    yield same, f"store_public_url: the object store needs another origin than the API, {settings.api_url}"


class Setting(NamedTuple):
    """One declaration, as the readers and the documentation see it."""

    name: str
    kind: Any
    optional: bool
    meaning: str
    shown: str
    least: int
    most: int
    form: Form | None
    secret: bool

    @property
    def choices(self) -> tuple[str, ...]:
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    @property
    def expected(self) -> str:
        if self.kind is int:
            return f"a whole number {f'from {self.least} to {self.most}' if self.most < NO_LIMIT else 'from 0'}"
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.kind == S3_LIST:
            return f"tables (in the environment: JSON) of {_S3_MEMBERS}"
        plain = {Path: "a folder", str: "a text", Path | None: "a file that exists"}
        return self.form.expected if self.form else plain[self.kind]


def _declared() -> Iterable[Setting]:
    kinds = get_type_hints(Settings)
    for one in dataclasses.fields(Settings):
        shown = one.metadata["shown"] or (f"`{one.default}`" if one.default != "" else "empty")
        yield Setting(one.name, kinds[one.name], one.default in ("", None, ()), **{**one.metadata, "shown": shown})


SETTINGS = {one.name: one for one in _declared()}


def load(data: Path | None = None, overrides: Mapping[str, object] | None = None) -> Settings:
    """The effective settings: defaults, then the file, the environment, and the command line (``overrides``).

    The file is ``overrides["config"]``, else ``VESICLE_CONFIG``, else ``vesicle.toml`` in the data folder if there is
    one. An override of None counts as not given. Raises SettingsError.
    """
    line = {key: value for key, value in (overrides or {}).items() if value is not None}
    if data is not None:
        line["data"] = data
    ours = {key: value for key, value in os.environ.items() if key.startswith(PREFIX)}
    environment = {key.removeprefix(PREFIX).lower(): value for key, value in ours.items()}
    config = str(line.pop(CONFIG, None) or environment.get(CONFIG) or "")
    environment.pop(CONFIG, None)
    above = _read(environment, "the environment", Path.cwd(), lambda key: PREFIX + key.upper())
    above |= _read(line, "the command line", Path.cwd(), lambda key: "--" + key.replace("_", "-"))
    if config:
        return Settings(**{**_read_file(Path(config).expanduser()), **above})
    own = above.get("data", default_data_folder()) / "vesicle.toml"
    below = _read_file(own, needed=False)
    if "data" in below:
        raise SettingsError(f"data: {own} lies in the data folder, so it cannot say where that is; remove the line")
    return Settings(**{**below, **above})


def _read_file(path: Path, *, needed: bool = True) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if needed:
            raise SettingsError(f"{path} does not exist") from None
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error
    return _read(content, str(path), path.absolute().parent, str)


def _read(raw: Mapping[str, object], source: str, base: Path, spelled: Callable[[str], str]) -> dict[str, Any]:
    """Check what one source says. Relative paths count from ``base``; ``spelled`` is how the source writes a name."""
    read = {}
    for key, value in raw.items():
        if key not in SETTINGS:
            near = difflib.get_close_matches(key, SETTINGS, n=1, cutoff=0)[0]
            raise SettingsError(f"{spelled(key)} in {source} is no setting; the nearest one is {spelled(near)}")
        try:
            read[key] = _value(SETTINGS[key], value, base)
        except (ValueError, RuntimeError):  # a RuntimeError is ~NAME of a user that does not exist
            said = "" if SETTINGS[key].secret else f", not {str(value)!r}"
            raise SettingsError(f"{spelled(key)} in {source}: expected {SETTINGS[key].expected}{said}") from None
    return read


def _value(one: Setting, raw: object, base: Path) -> object:
    """The value in its type. Raises ValueError for one that is not as ``one.expected`` says."""
    if one.kind is int:
        return _number(one, raw)
    if one.kind == S3_LIST:
        return _s3_list(raw)
    text = str(raw)
    if not isinstance(raw, str | Path) or "\0" in text or (one.choices and text not in one.choices):
        raise ValueError
    if not text:
        return _empty(one)
    if one.kind in (Path, Path | None):
        path = Path(os.path.normpath(base / Path(text).expanduser()))
        if one.optional and not path.is_file():
            raise ValueError
        return path
    normal = one.form.normal(text) if one.form else text
    if normal is None:
        raise ValueError
    return normal


def _number(one: Setting, raw: object) -> int:
    number = int(raw) if isinstance(raw, int | str) and not isinstance(raw, bool) else None
    if number is None or not one.least <= number <= one.most:
        raise ValueError
    return number


def _empty(one: Setting) -> str | None:
    if not one.optional:
        raise ValueError
    return "" if one.kind is str else None


def as_environment(settings: Settings) -> dict[str, str]:
    """Variables with which ``load`` gives a child process exactly these settings, whatever files say by then."""
    values = {one.name: getattr(settings, one.name) for one in SETTINGS.values()}
    given = {PREFIX + name.upper(): _as_text(value) for name, value in values.items()}
    return {**given, PREFIX + CONFIG.upper(): os.devnull}


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return json.dumps([dataclasses.asdict(one) for one in value])
    return "" if value is None else str(value)


def markdown() -> str:
    """The page ``docs/settings.md``."""
    rows = "".join(
        f"| `{one.name}` | {one.meaning} | {one.shown} | {'any text' if one.expected == 'a text' else one.expected} |\n"
        for one in SETTINGS.values()
    )
    return INTRODUCTION + rows


INTRODUCTION = """\
# Settings

<!-- Made by `python -m vesicle.settings > docs/settings.md` from src/vesicle/settings.py; a test keeps it current. -->

Every setting can stand in a file as `name = value` (TOML), in the environment as `VESICLE_NAME`, and those that
`vesicle serve --help` lists also on the command line. The command line wins over the environment, the environment over
the file, the file over the defaults. The file is `vesicle.toml` in the data folder; `--config FILE` or `VESICLE_CONFIG`
names another one, which alone may also set `data`. Relative paths in a file count from the folder of the file, all
others from the current folder. A name that is no setting, or a value that cannot be right, ends the program with a
message that says what was expected.

```toml
# vesicle.toml
port = 8443
public_url = "https://data.example.org:8443"
tls_certificate = "certificate.pem"
tls_key = "key.pem"

# A bucket of somebody else, who let these keys in.
[[s3]]
endpoint = "https://s3.eu-central-1.amazonaws.com"
region = "eu-central-1"
access_key = "AKIA..."
secret_key = "..."
```

An `[[s3]]` table says with whose credentials vesicle comes to an object store that is not its default one. Storage
locations of users can name these endpoints and no others, so nobody sends vesicle to an address that its operator does
not know. `region` is `us-east-1` unless given; `public_endpoint` is the address for clients where it differs;
`ca_bundle` a PEM file; `role`, `sts_endpoint`, `lender_access_key` and `lender_secret_key` are for its temporary
credentials what the settings of these names after `s3_` are for the default storage; `buckets` is a list of the only
buckets that these credentials are for, so that the buckets of one store can have different ones. The buckets of the
default storage's own endpoint are reached with its own credentials, unless a table names them. In the environment,
`VESICLE_S3` holds the same as JSON: `[{"endpoint": "…", "access_key": "…", "secret_key": "…"}]`.

| name | what it does | default | expects |
|---|---|---|---|
"""

if __name__ == "__main__":
    sys.stdout.write(markdown())
