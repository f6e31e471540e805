"""A year of an installation with organizations, made by COPY: what is stored, what it is charged to, what was sent.

A thousandth as many organizations as file handles and a hundredth as many projects; the first organization has a tenth
of everything, and in each ten projects one has more than half of their files. Of fifty handles one is tied to nothing,
one lies in the trash can and one counts in two projects; of five one had another beside it for a while. Every project
is read once a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.live import Person, Server

from bench.repository import copy, md5_of

FIRST_HANDLE, FIRST_SECOND, FIRST_SPARE, FIRST_PAST = 20_000_000, 60_000_000, 80_000_000, 120_000_000
FIRST_PERSON, FIRST_ORGANIZATION, FIRST_PROJECT, FIRST_UPLOAD = 30_000_000, 40_000_000, 50_000_000, 90_000_000
MANAGED, CUSTOM = 100, 101
DAYS, CONTRIBUTORS = 365, 3
ALL_RIGHTS = 127
ROOT, TRASH = 4489, 1681355
PLENTY = 10**16
IN_TEN, IN_LARGE, IN_SMALL = 1_000, 550, 50
UNTIED, TRASHED, TWICE = 0, 1, 2


@dataclass(frozen=True)
class Stored:
    """A handle, and where it counts."""

    id: int
    number: int
    project: int

    @property
    def place(self) -> int:
        """One of fifty."""
        return self.number % IN_SMALL

    @property
    def location(self) -> int:
        """Of ten handles seven are in the default storage, two in other managed storage, one in somebody's own."""
        return CUSTOM if self.number % 10 == 3 else MANAGED if self.number % 10 in (4, 5) else 1

    @property
    def size(self) -> int:
        """Up to a megabyte."""
        return (self.number % 997 + 1) * 1000


@dataclass
class Year:
    """What a measurement may ask for."""

    handles: int
    owner: int
    today: date

    @property
    def organizations(self) -> range:
        """Their numbers; the first is the largest."""
        return range(FIRST_ORGANIZATION, FIRST_ORGANIZATION + max(1, self.handles // IN_TEN))

    @property
    def projects(self) -> range:
        """Their numbers."""
        return range(FIRST_PROJECT, FIRST_PROJECT + self.handles // 100)

    @property
    def largest(self) -> int:
        """The organization with a tenth of everything."""
        return self.organizations[0]

    @property
    def usual(self) -> int:
        """One of the others; the only one there is, in the smallest installation."""
        return self.organization_of(self.projects[11]) if len(self.projects) > 11 else self.largest

    def organization_of(self, project: int) -> int:
        """Every tenth project is of the first; the others take turns."""
        tens, one = divmod(project - FIRST_PROJECT, 10)
        others = len(self.organizations) - 1
        return self.largest if one == 0 or not others else self.organizations[1 + (tens * 9 + one - 1) % others]

    def project_of(self, number: int) -> int:
        """Where the handle of this number counts."""
        tens, rest = divmod(number, IN_TEN)
        large = tens % 10
        small = (rest - IN_LARGE) // IN_SMALL
        return FIRST_PROJECT + tens * 10 + (large if rest < IN_LARGE else small + (small >= large))

    def handle_of(self, project: int, day: int) -> int:
        """A handle of a project that is tied to nothing else."""
        tens, one = divmod(project - FIRST_PROJECT, 10)
        large = tens % 10
        begin = 0 if one == large else IN_LARGE + (one - (one > large)) * IN_SMALL
        return tens * IN_TEN + begin + TWICE + 1 + day % 40

    def contributor(self, organization: int, number: int) -> int:
        """One of the three that an organization has."""
        return FIRST_PERSON + (organization - FIRST_ORGANIZATION) * CONTRIBUTORS + number % CONTRIBUTORS

    def crowded(self, organization: int) -> int:
        """The project of an organization with most files."""
        return next(p for p in self.projects if self.organization_of(p) == organization and self.is_large(p))

    def is_large(self, project: int) -> bool:
        """Whether it has more than half of the files of its ten."""
        tens, one = divmod(project - FIRST_PROJECT, 10)
        return one == tens % 10

    def stored(self) -> Iterator[Stored]:
        """Every handle."""
        return (Stored(FIRST_HANDLE + n, n, self.project_of(n)) for n in range(self.handles))

    def tied(self) -> Iterator[tuple[int, Stored, int, bool]]:
        """(entity, handle, project, in the trash can) of every file."""
        for one in self.stored():
            if one.place != UNTIED:
                yield one.id, one, one.project, one.place == TRASHED
            if one.place == TWICE:
                following = FIRST_PROJECT + (one.project - FIRST_PROJECT + 1) % len(self.projects)
                yield FIRST_SECOND + one.number, one, following, False

    def moment(self, ago: int, project: int = FIRST_PROJECT) -> datetime:
        """A day before today, each project a little later than the one before."""
        begin = datetime.combine(self.today - timedelta(days=ago), time(), UTC)
        return begin + timedelta(microseconds=project - FIRST_PROJECT)

    def made_on(self, number: int) -> datetime:
        """Handles come over the whole year."""
        return self.moment(number * 7919 % DAYS)


def generate(server: Server, owner: Person, handles: int, spare: int) -> Year:
    """A year of ``handles`` handles, and ``spare`` more of ``owner`` that are tied to nothing, half of them charged to
    the largest organization and half to a usual one. ``owner`` owns all organizations and may do all in all projects.
    """
    made = Year(handles, owner.id, datetime.now(UTC).date())
    with server.database() as conn, conn.transaction():
        # Foreign keys are looked up by the plan that was best while the tables were still empty.
        conn.execute("SET LOCAL enable_seqscan = off")
        _organizations(conn, made)
        _projects(conn, made)
        _handles(conn, made, spare)
        _files(conn, made)
        _uploads(conn, made)
        _downloads(conn, made)
        conn.execute("SET LOCAL enable_seqscan = on")
        for statement in _SUMS:
            conn.execute(statement)
    with server.database() as conn:
        conn.execute("VACUUM ANALYZE")
        conn.execute("CHECKPOINT")
    return made


def _organizations(conn: Any, made: Year) -> None:
    """With plans that nobody comes near to, agreed a year ago, and three members each."""
    all_of_them, began = made.organizations, made.moment(DAYS - 1)
    people = range(FIRST_PERSON, FIRST_PERSON + len(all_of_them) * CONTRIBUTORS)
    copy(conn, "principal (id, kind)", ((n, "user") for n in people))
    copy(conn, "person (principal_id)", ((n,) for n in people))
    copy(
        conn, "alias (squeezed, alias, kind, principal_id)", ((f"user{n}", f"user{n}", "USER_NAME", n) for n in people)
    )
    copy(
        conn,
        "plan (id, kind, storage_limit, egress_limit, certified_user_limit, project_limit, starts_on, created_by)",
        ((n, "SELF_MANAGED", PLENTY, PLENTY, 1_000, 100_000, began, 1) for n in all_of_them),
    )  # fmt: skip
    names = ((n, f"Organization {n}", n, made.owner) for n in all_of_them)
    copy(conn, "organization (id, name, plan_id, owner_id)", names)
    roles = "organization_member (organization_id, principal_id, is_manager, is_contributor)"
    copy(conn, roles, ((n, made.contributor(n, k), k == 0, True) for n in all_of_them for k in range(CONTRIBUTORS)))
    copy(conn, roles, ((n, made.owner, True, True) for n in {made.usual, made.largest}))
    copy(
        conn, "ledger_account (organization_id, storage_limit, egress_limit, opens_on)",
        ((n, PLENTY, PLENTY, began) for n in all_of_them),
    )  # fmt: skip
    copy(
        conn, "storage_location (id, kind, created_by, bucket, base_key)",
        [(MANAGED, "managed-s3", 1, None, "other"), (CUSTOM, "external-s3", made.owner, "bucket-of-somebody", None)],
    )  # fmt: skip


def _projects(conn: Any, made: Year) -> None:
    copy(
        conn,
        "node (id, kind, parent_id, project_id, benefactor_id, organization_id, name, created_by, modified_by)",
        (
            (p, "project", ROOT, p, p, made.organization_of(p), f"project {p}", who, who)
            for p, who in ((p, made.contributor(made.organization_of(p), p)) for p in made.projects)
        ),
    )
    copy(conn, "entity_version (node_id, number, label, modified_by)", ((p, 1, "1", made.owner) for p in made.projects))
    copy(conn, "acl (id)", ((p,) for p in made.projects))
    copy(
        conn, "acl_entry (acl_id, principal_id, rights)",
        ((p, who, ALL_RIGHTS) for p in made.projects
         for who in (made.owner, made.contributor(made.organization_of(p), p))),
    )  # fmt: skip


def _handles(conn: Any, made: Year, spare: int) -> None:
    def handle(id: int, number: int, who: int, location: int, size: int) -> tuple[Any, ...]:
        bucket = "bucket-of-somebody" if location == CUSTOM else "vesicle"
        return (id, "s3", who, made.made_on(number), "data.csv", "text/csv", md5_of(id), size, location, bucket,
                f"{who}/{id}/data.csv", "claimed")  # fmt: skip

    spares = [(FIRST_SPARE + n, (made.largest, made.usual)[n % 2]) for n in range(spare)]

    def all_handles() -> Iterator[tuple[int, int, int, int, int, int]]:
        """(id, number, home, contributor, location, size)."""
        for one in made.stored():
            home = made.organization_of(one.project)
            yield one.id, one.number, home, made.contributor(home, one.number), one.location, one.size
        for n, (id, home) in enumerate(spares):
            yield id, n, home, made.owner, 1, 1_000

    copy(
        conn,
        "file_handle (id, kind, created_by, created_on, file_name, content_type, content_md5, content_size,"
        " storage_location_id, bucket, key, verification)",
        (handle(id, number, who, location, size) for id, number, _, who, location, size in all_handles()),
    )
    copy(
        conn,
        "charged_handle (handle_id, home_id, bytes, location_id, contributor_id, is_custom, charged_on)",
        (
            (id, home, size, location, who, location == CUSTOM, made.made_on(number))
            for id, number, home, who, location, size in all_handles()
        ),
    )


def _files(conn: Any, made: Year) -> None:
    """What is in the trash can lies there, and still counts in its project."""
    copy(
        conn,
        "node (id, kind, parent_id, project_id, benefactor_id, name, created_by, modified_by)",
        (
            (node, "file", TRASH if trashed else project, project, TRASH if trashed else project, f"file {node}",
             made.owner, made.owner)
            for node, _, project, trashed in made.tied()
        ),
    )  # fmt: skip
    copy(
        conn, "trashed (node_id, name, parent_id, deleted_by)",
        ((node, f"file {node}", project, made.owner) for node, _, project, trashed in made.tied() if trashed),
    )  # fmt: skip
    copy(
        conn, "entity_version (node_id, number, label, modified_by, file_handle_id)",
        ((node, 1, "1", made.owner, one.id) for node, one, _, _ in made.tied()),
    )  # fmt: skip
    copy(
        conn, "file_association (file_handle_id, object_type, object_id, object_version)",
        ((one.id, "FileEntity", node, 1) for node, one, _, _ in made.tied()),
    )  # fmt: skip
    copy(
        conn, "charge (handle_id, project_id, in_trash, first_day)",
        ((one.id, project, trashed, made.made_on(one.number).date()) for _, one, project, trashed in made.tied()),
    )  # fmt: skip
    conn.execute(
        "INSERT INTO charge (handle_id, project_id, home_id, in_trash, first_day)"
        " SELECT handle_id, 0, home_id, false, (charged_on AT TIME ZONE 'UTC')::date"
        " FROM charged_handle h WHERE NOT EXISTS (SELECT 1 FROM charge c WHERE c.handle_id = h.handle_id)"
    )


def _uploads(conn: Any, made: Year) -> None:
    """One that is under way in each organization."""
    numbers = [(FIRST_UPLOAD + n, one) for n, one in enumerate(made.organizations)]
    copy(
        conn,
        "multipart_upload (id, started_by, request_digest, file_name, content_type, content_md5, file_size, part_size,"
        " parts, generate_preview, storage_location_id, bucket, key, store_upload_id)",
        (
            (n, made.contributor(one, 0), n.to_bytes(32), "data.csv", "text/csv", md5_of(n), 10**7, 10**7, 1, False, 1,
             "vesicle", f"uploads/{n}", "none")
            for n, one in numbers
        ),
    )  # fmt: skip
    copy(
        conn, "reservation (upload_id, organization_id, bytes, is_custom)",
        ((n, one, 10**7, False) for n, one in numbers),
    )  # fmt: skip


def _downloads(conn: Any, made: Year) -> None:
    """Those of today are in the record alone."""

    def record(project: int, ago: int) -> tuple[Any, ...]:
        one = Stored(0, made.handle_of(project, ago), project)
        handle, organization = FIRST_HANDLE + one.number, made.organization_of(project)
        counted = 0 if one.location == CUSTOM else one.size
        return (made.moment(ago, project), made.contributor(organization, ago), handle, "FileEntity", handle,
                one.location, one.size, one.size, counted, organization, project)  # fmt: skip

    copy(
        conn,
        "download_record (issued_on, principal_id, file_handle_id, object_type, object_id, storage_location_id, size,"
        " charged, counted, organization_id, project_id)",
        (record(project, ago) for ago in range(DAYS - 1, -1, -1) for project in made.projects),
    )
    copy(conn, "egress_rollup (day)", ((made.moment(ago).date(),) for ago in range(DAYS - 1, 0, -1)))


# What the ledger keeps of all this. Every fifth file had one beside it that was there for up to two months.
_SUMS = (
    f"""
    INSERT INTO past_charge
    SELECT d.project_id, d.home_id, d.first_day + (d.handle_id / 5 % 60)::integer, d.first_day,
           d.handle_id + {FIRST_PAST - FIRST_HANDLE}, d.bytes, d.location_id, d.contributor_id, d.is_custom, d.in_trash
    FROM day_charge d WHERE d.handle_id % 5 = 0
    AND d.first_day + (d.handle_id / 5 % 60)::integer < (now() AT TIME ZONE 'UTC')::date
    """,
    f"UPDATE past_begin SET first_day = first_day - {DAYS}",
    """
    INSERT INTO usage_day
    SELECT coalesce(p.organization_id, d.home_id), e.day, d.project_id, d.location_id, d.contributor_id,
           sum(e.way * d.bytes), sum(CASE WHEN d.in_trash THEN e.way * d.bytes ELSE 0 END), sum(e.way)
    FROM day_charge d LEFT JOIN node p ON p.id = d.project_id,
         LATERAL (VALUES (1, d.first_day), (-1, d.last_day + 1)) e (way, day)
    WHERE isfinite(e.day) GROUP BY 1, 2, 3, 4, 5
    """,
    """
    INSERT INTO usage_total
    SELECT organization_id, project_id, location_id, contributor_id, sum(stored), sum(in_trash), sum(files)
    FROM usage_day GROUP BY 1, 2, 3, 4
    """,
    """
    INSERT INTO project_storage (project_id, location_id, stored)
    SELECT project_id, location_id, sum(stored) FROM usage_total WHERE project_id <> 0 GROUP BY 1, 2
    """,
    f"""
    UPDATE ledger_account a SET stored = t.counted, custom_stored = t.custom, reserved = 10000000,
           in_trash = t.in_trash, files = t.files FROM (
        SELECT organization_id AS id, coalesce(sum(stored) FILTER (WHERE location_id <> {CUSTOM}), 0) AS counted,
               coalesce(sum(stored) FILTER (WHERE location_id = {CUSTOM}), 0) AS custom,
               sum(in_trash) AS in_trash, sum(files) AS files FROM usage_total GROUP BY 1
    ) t WHERE t.id = a.organization_id
    """,
    """
    INSERT INTO egress_day
    SELECT organization_id, (issued_on AT TIME ZONE 'UTC')::date, project_id, storage_location_id, count(*), sum(size),
           sum(charged), sum(counted)
    FROM download_record WHERE issued_on < (now() AT TIME ZONE 'UTC')::date::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2, 3, 4
    """,
    """
    INSERT INTO egress_person_day
    SELECT organization_id, (issued_on AT TIME ZONE 'UTC')::date, principal_id, count(*), sum(size), sum(charged),
           sum(counted)
    FROM download_record WHERE issued_on < (now() AT TIME ZONE 'UTC')::date::timestamp AT TIME ZONE 'UTC'
    GROUP BY 1, 2, 3
    """,
    """
    INSERT INTO egress_counter
    SELECT a.organization_id, period_begin(a.opens_on, a.egress_period), r.id % 8, sum(r.counted)
    FROM download_record r JOIN ledger_account a ON a.organization_id = r.organization_id
    WHERE r.counted > 0 GROUP BY 1, 2, 3
    """,
)
