"""What costs the same among many: a page of projects, and the name of a default organization."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from tests.explaining import explained, pages_read, rows_read
from tests.live import Person, Server
from tests.organizations.test_membership import ORG, managed, own
from tests.waiting import until_waiting

from vesicle.access import Actor
from vesicle.access.actors import AUTHENTICATED, PUBLIC
from vesicle.organizations import founding, moving

pytestmark = pytest.mark.xdist_group("plans")
MANY = 10_000


def caller(person: Person) -> Actor:
    return Actor(person.id, [person.id, PUBLIC, AUTHENTICATED])


@contextmanager
def undone(server: Server) -> Iterator[psycopg.Connection[Any]]:
    """A connection on which everything is undone at the end."""
    with server.database() as conn, conn.transaction(force_rollback=True):
        yield conn


def projects(conn: psycopg.Connection[Any], organization: int, few: Person, many: Person) -> None:
    """Projects of an organization that one person may all read, and another one ten of."""
    conn.execute(
        "INSERT INTO node (kind, id, parent_id, project_id, benefactor_id, organization_id, name, created_by,"
        " modified_by) SELECT 'project', n, 4489, n, n, %s, 'one of many ' || n, %s, %s FROM generate_series(1, %s) k,"
        " LATERAL (SELECT 500000000 + k AS n) number",
        (organization, many.id, many.id, MANY),
    )
    conn.execute("INSERT INTO acl (id) SELECT id FROM node WHERE organization_id = %s", (organization,))
    conn.execute(
        "INSERT INTO acl_entry (acl_id, principal_id, rights) SELECT id, who, 127 FROM node, unnest(%s::bigint[]) who"
        " WHERE organization_id = %s AND (who = %s OR id <= 500000010)",
        ([few.id, many.id], organization, many.id),
    )
    conn.execute("ANALYZE node, acl_entry")


def test_a_page_of_projects_reads_as_much_for_who_may_read_ten_as_for_who_may_read_ten_thousand(
    planned: Server, chief: Person, ann: Person, bob: Person
) -> None:
    organization = int(managed(chief, ann)["id"])
    with undone(planned) as conn:
        projects(conn, organization, few=bob, many=ann)
        conn.execute(
            "INSERT INTO organization_member (organization_id, principal_id, is_manager, is_contributor)"
            " VALUES (%s, %s, false, true)",
            (organization, bob.id),
        )
        read: dict[str, tuple[int, int]] = {}
        for person, names in ((bob, 10), (ann, moving.PAGE)):
            with explained(conn) as plans:
                page = moving.list_projects(conn, caller(person), organization, None)
            assert sum(one.name is not None and bool(one.name) for one in page.results) == names
            entries = sum(rows_read(one["Plan"], "acl_entry") for one in plans)
            read[person.name] = pages_read(plans), entries
        (few, _), (many, entries) = read[bob.name], read[ann.name]
        assert entries <= 2 * moving.PAGE, "the lists of the page, and not all lists of the caller"
        assert many <= 1.3 * few
        with explained(conn) as plans:
            moving.list_projects(conn, caller(ann), organization, page.next_page_token or None)
        assert pages_read(plans) <= 1.3 * many


def test_a_name_is_found_among_ten_thousand_namesakes_by_a_few_look_ups(planned: Server, ann: Person) -> None:
    stem, settings = f"{ann.name}Organization", planned.settings()
    with undone(planned) as conn:
        with explained(conn) as plans:
            founding.default(conn, caller(ann), settings, None)
        alone = pages_read(plans)
    with undone(planned) as conn:
        conn.execute(
            "WITH made AS (INSERT INTO plan (kind, created_by) SELECT 'LEGACY', 1 FROM generate_series(1, %(many)s)"
            " RETURNING id), counted AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM made)"
            " INSERT INTO organization (name, plan_id)"
            " SELECT upper(%(stem)s::text || coalesce(nullif(n, 1)::text, '')), id FROM counted",
            {"many": MANY, "stem": stem},
        )
        # Holes and strange names change nothing.
        conn.execute("DELETE FROM organization WHERE lower(name) = lower(%s)", (f"{stem}77",))
        strange = f"{stem}999999999999"
        conn.execute("UPDATE organization SET name = %s WHERE lower(name) = lower(%s)", (strange, f"{stem}5"))
        conn.execute("ANALYZE organization")
        with explained(conn) as plans:
            made = founding.default(conn, caller(ann), settings, None)
        (name,) = conn.execute("SELECT name FROM organization WHERE id = %s", (made,)).fetchone() or ("",)
        assert name == f"{stem}{MANY + 1}"
        assert pages_read(plans) <= alone + 40 * 4, "some thirty look-ups, of a few pages each"


def test_who_is_second_with_a_name_gets_the_next_number(planned: Server, ann: Person) -> None:
    stem = f"{ann.name}Organization"
    with ThreadPoolExecutor(1) as pool:
        with planned.database() as conn, conn.transaction():
            for name in (stem, f"{stem}2"):
                conn.execute(
                    "WITH made AS (INSERT INTO plan (kind, created_by) VALUES ('LEGACY', 1) RETURNING id)"
                    " INSERT INTO organization (name, plan_id) SELECT %s, id FROM made",
                    (name,),
                )
            first = pool.submit(ann.project)
            until_waiting(planned, 1)
        first.result()
    (made,) = ann.ok("GET", ORG)["results"]
    assert (made["name"], made["isDefault"]) == (f"{stem}3", True)


def test_two_whose_names_begin_alike_have_organizations_of_two_names(planned: Server) -> None:
    long = f"{'x' * 200}{planned.person('tail').name}"
    from vesicle import administration
    from vesicle.accounts import people

    pair = []
    with planned.database() as conn:
        for end in ("a", "b"):
            name = f"{long.ljust(230, 'y')}{end}"
            number = people.create(conn, name, f"{end}{planned.person('tail').name}@example.org")
            token = administration.create_token(conn, name, None, None)
            pair.append(Person(planned.url, name, number, token, planned.http))
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(own, pair))
    first, second = sorted(one["name"] for one in made)
    assert second == f"{first}2"
