"""The page ``docs/settings.md``: ``python -m vesicle.settings > docs/settings.md``."""

from __future__ import annotations

import sys

from vesicle.settings.declared import SETTINGS

INTRODUCTION = """\
# Settings

<!-- Made by `python -m vesicle.settings > docs/settings.md` from its declarations; a test keeps it current. -->

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
default storage's own endpoint are reached with its own credentials, unless a table names them. A table without
`access_key` and `secret_key` is a store whose buckets people bring with keys of their own. In the environment,
`VESICLE_S3` holds the same as JSON: `[{"endpoint": "…", "access_key": "…", "secret_key": "…"}]`.

| name | what it does | default | expects |
|---|---|---|---|
"""


def markdown() -> str:
    """The page ``docs/settings.md``."""
    rows = "".join(
        f"| `{one.name}` | {one.meaning} | {one.shown} | {'any text' if one.expected == 'a text' else one.expected} |\n"
        for one in SETTINGS.values()
    )
    return INTRODUCTION + rows


if __name__ == "__main__":
    sys.stdout.write(markdown())
