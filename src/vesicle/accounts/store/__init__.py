"""Rows of people, their names, memberships and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import errors

from vesicle.access import Actor, MayDeleteTeam, MayUpdateTeam, OnTeam, OwnsToken, Scope
from vesicle.accounts.model import Token
from vesicle.db import Connection

_TOKEN = """
SELECT t.id, t.principal_id, t.scopes, t.last_used < now() - interval '1 minute',
       t.last_used < date_trunc('day', now()),
       coalesce(t.expires_on < now(), t.last_used < now() - make_interval(days => %s)),
       ARRAY(SELECT group_id FROM membership WHERE member_id = t.principal_id),
       (SELECT terms_version FROM person p WHERE p.principal_id = t.principal_id)
FROM access_token t WHERE t.digest = %s
"""


def token(conn: Connection, digest: bytes, unused_days: int) -> Token | None:
    """The token with this digest, and the groups of its person."""
    row = conn.execute(_TOKEN, (unused_days, digest)).fetchone()
    return Token(row[0], row[1], Scope(row[2]), *row[3:]) if row else None


def groups(conn: Connection, principal_id: int) -> list[int]:
    """Which groups a principal is in."""
    return [row[0] for row in conn.execute("SELECT group_id FROM membership WHERE member_id = %s", (principal_id,))]


def touch_token(conn: Connection, token_id: int) -> None:
    """Remember that a token was used."""
    conn.execute("UPDATE access_token SET last_used = now() WHERE id = %s", (token_id,))


def insert_token(
    conn: Connection, principal_id: int, kind: str, name: str | None, digest: bytes, scopes: Scope, life_s: int | None
) -> bool:
    """Keep a new token; False when the person has one of that name already. Sweeps the person's expired ones."""
    conn.execute("DELETE FROM access_token WHERE principal_id = %s AND expires_on < now()", (principal_id,))
    made = conn.execute(
        "INSERT INTO access_token (principal_id, kind, name, digest, scopes, expires_on)"
        " VALUES (%s, %s, %s, %s, %s, now() + make_interval(secs => %s::int))"
        " ON CONFLICT (principal_id, name) WHERE kind = 'personal' DO NOTHING",
        (principal_id, kind, name, digest, int(scopes), life_s),
    )
    return made.rowcount == 1


def drop_least_used_tokens(conn: Connection, principal_id: int, keep: int) -> None:
    """Keep only the ``keep`` most recently used personal tokens of a person."""
    conn.execute(
        "DELETE FROM access_token WHERE id IN (SELECT id FROM access_token WHERE principal_id = %s"
        " AND kind = 'personal' ORDER BY last_used DESC, id DESC OFFSET %s)",
        (principal_id, keep),
    )


_RECORD = """
SELECT id, principal_id, scopes, name, created_on, last_used, last_used < now() - make_interval(days => %s)
FROM access_token
"""


def token_records(conn: Connection, actor: Actor, unused_days: int, after: int, limit: int) -> list[tuple[Any, ...]]:
    """The actor's personal tokens after an id, in the order of ids."""
    return conn.execute(
        _RECORD + " WHERE principal_id = %s AND kind = 'personal' AND id > %s ORDER BY id LIMIT %s",
        (unused_days, actor.id, after, limit),
    ).fetchall()


def token_record(conn: Connection, grant: OwnsToken, unused_days: int) -> tuple[Any, ...] | None:
    """One personal token."""
    return conn.execute(_RECORD + " WHERE id = %s", (unused_days, grant.id)).fetchone()


def delete_token(conn: Connection, grant: OwnsToken) -> None:
    """From now on the token opens nothing."""
    conn.execute("DELETE FROM access_token WHERE id = %s", (grant.id,))


def delete_sessions(conn: Connection, principal_id: int) -> None:
    """End every session of a person; their personal tokens stay."""
    conn.execute("DELETE FROM access_token WHERE principal_id = %s AND kind = 'session'", (principal_id,))


def delete_session(conn: Connection, token_id: int) -> None:
    """End the session of a sign-in token."""
    conn.execute("DELETE FROM access_token WHERE id = %s AND kind = 'session'", (token_id,))


_HEADER = """
SELECT q.id, a.alias, q.kind = 'user', p.first_name, p.last_name
FROM principal q
JOIN alias a ON a.principal_id = q.id AND a.kind IN ('USER_NAME', 'TEAM_NAME')
LEFT JOIN person p ON p.principal_id = q.id
"""


def headers(conn: Connection, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """Those of the ids that exist, in the order given."""
    return conn.execute(
        _HEADER + " WHERE q.id = ANY(%s::bigint[]) ORDER BY array_position(%s::bigint[], q.id)",
        ([int(one) for one in ids], [int(one) for one in ids]),
    ).fetchall()


def headers_by_prefix(
    conn: Connection, prefix: str, kinds: list[str], limit: int, offset: int
) -> list[tuple[Any, ...]]:
    """Principals with a name that begins with the squeezed prefix, in the order of ids."""
    after = prefix + "\U0010ffff"
    return conn.execute(
        _HEADER + " WHERE q.kind = ANY(%s) AND q.id IN (SELECT principal_id FROM principal_prefix"
        " WHERE token >= %s AND token < %s) ORDER BY q.id LIMIT %s OFFSET %s",
        (kinds, prefix, after, limit, offset),
    ).fetchall()


def principal_of(conn: Connection, squeezed: str, kinds: list[str]) -> int | None:
    """Whose name (or address) this is."""
    row = conn.execute(
        "SELECT principal_id FROM alias WHERE squeezed = %s AND kind = ANY(%s)", (squeezed, kinds)
    ).fetchone()
    return int(row[0]) if row else None


def principals_of(conn: Connection, squeezed: Sequence[str], kinds: list[str]) -> dict[str, int]:
    """Whose each of these squeezed names is; those that are nobody's are left out."""
    return dict(
        conn.execute(
            "SELECT squeezed, principal_id FROM alias WHERE squeezed = ANY(%s::text[]) AND kind = ANY(%s)",
            (list(squeezed), kinds),
        )
    )


def known_principals(conn: Connection, ids: Sequence[int]) -> set[int]:
    """Those of the ids that exist."""
    return {
        row[0]
        for row in conn.execute("SELECT id FROM principal WHERE id = ANY(%s::bigint[])", ([int(one) for one in ids],))
    }


def insert_person(conn: Connection, first_name: str, last_name: str) -> int:
    """A new person without a name."""
    row = conn.execute("INSERT INTO principal (kind) VALUES ('user') RETURNING id").fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no id")
    conn.execute(
        "INSERT INTO person (principal_id, first_name, last_name) VALUES (%s, %s, %s)", (row[0], first_name, last_name)
    )
    return int(row[0])


def insert_alias(conn: Connection, principal_id: int, kind: str, alias: str, squeezed: str) -> bool:
    """Bind a name or an address; False when it is taken. The first address is the one that mail goes to."""
    made = conn.execute(
        "INSERT INTO alias (squeezed, alias, kind, principal_id, notified) VALUES (%(squeezed)s, %(alias)s, %(kind)s,"
        " %(id)s, %(kind)s = 'USER_EMAIL'"
        " AND NOT EXISTS (SELECT 1 FROM alias WHERE principal_id = %(id)s AND notified))"
        " ON CONFLICT (squeezed) DO NOTHING",
        {"squeezed": squeezed, "alias": alias, "kind": kind, "id": principal_id},
    )
    return made.rowcount == 1


def insert_prefixes(conn: Connection, principal_id: int, tokens: set[str]) -> None:
    """What a look-up by prefix finds the principal under."""
    conn.execute(
        "INSERT INTO principal_prefix (token, principal_id) SELECT t, %s FROM unnest(%s::text[]) t WHERE t <> ''"
        " ON CONFLICT DO NOTHING",
        (principal_id, sorted(tokens)),
    )


def delete_prefixes(conn: Connection, principal_id: int) -> None:
    """Nothing finds the principal by prefix, until new ones are inserted."""
    conn.execute("DELETE FROM principal_prefix WHERE principal_id = %s", (principal_id,))


def insert_membership(conn: Connection, member_id: int, group_id: int) -> None:
    """Put a principal into a group; harmless when it is there."""
    conn.execute(
        "INSERT INTO membership (member_id, group_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (member_id, group_id)
    )


def delete_membership(conn: Connection, member_id: int, group_id: int) -> None:
    """Take a principal out of a group; harmless when it is not there."""
    conn.execute("DELETE FROM membership WHERE member_id = %s AND group_id = %s", (member_id, group_id))


def members(conn: Connection, group_id: int) -> set[int]:
    """Who is in a group."""
    return {row[0] for row in conn.execute("SELECT member_id FROM membership WHERE group_id = %s", (group_id,))}


def insert_team_principal(conn: Connection, actor: Actor) -> int:
    """A new principal for a team of the actor's."""
    _ = actor
    row = conn.execute("INSERT INTO principal (kind) VALUES ('team') RETURNING id").fetchone()
    if row is None:
        raise RuntimeError("INSERT gave no id")
    return int(row[0])


def rename_team(conn: Connection, proof: MayUpdateTeam, name: str, squeezed: str) -> bool:
    """Bind another name in place of the old one; False when it is taken."""
    try:
        with conn.transaction():
            conn.execute(
                "UPDATE alias SET alias = %s, squeezed = %s WHERE principal_id = %s AND kind = 'TEAM_NAME'",
                (name, squeezed, proof.id),
            )
    except errors.UniqueViolation:
        return False
    conn.execute("DELETE FROM principal_prefix WHERE principal_id = %s", (proof.id,))
    insert_prefixes(conn, proof.id, {squeezed})
    return True


def delete_team_principal(conn: Connection, proof: MayDeleteTeam) -> bool:
    """Remove the principal of a team and all that is the team's alone; False when something else names it."""
    try:
        with conn.transaction():
            conn.execute("DELETE FROM principal WHERE id = %s AND kind = 'team'", (proof.id,))
    except errors.ForeignKeyViolation:
        return False
    return True


def insert_team_member(conn: Connection, proof: OnTeam, person_id: int) -> bool:
    """Put a person into the team; False when they are in it."""
    made = conn.execute(
        "INSERT INTO membership (member_id, group_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (person_id, proof.id)
    )
    return made.rowcount == 1


def delete_team_member(conn: Connection, proof: OnTeam, person_id: int) -> None:
    """Take a person out of the team."""
    conn.execute("DELETE FROM membership WHERE member_id = %s AND group_id = %s", (person_id, proof.id))
