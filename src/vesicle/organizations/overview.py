"""What all organizations use, beside their limits, for who runs the installation."""

from __future__ import annotations

import msgspec

from vesicle.access import Actor
from vesicle.db import Connection
from vesicle.organizations.model.overview import OrganizationOverview, OrganizationOverviewPage, percent
from vesicle.organizations.roles import require_administrator
from vesicle.organizations.store import organizations as rows
from vesicle.usage import drilling, reports
from vesicle.wire import UNSET, key_of_token, token_of_key

PAGE = 100


def page(conn: Connection, actor: Actor, token: str | None, limit: int = PAGE) -> OrganizationOverviewPage:
    """Every organization, a page after the other; for administrators."""
    require_administrator(conn, actor)
    after = key_of_token(token, tuple[int])[0] if token else 0
    found = reports.summaries(conn, actor, after, limit)
    # One that was merged into another a moment ago has no plan any more.
    kinds = rows.kinds_of_plans(conn, actor, [int(one.organization_id) for _, one in found])
    return OrganizationOverviewPage(
        results=[
            OrganizationOverview(
                **msgspec.structs.asdict(one), name=name, plan_type=kinds[int(one.organization_id)],
                storage_percent=percent(one.stored_bytes, one.storage_limit_bytes),
                custom_storage_percent=percent(one.custom_stored_bytes, one.custom_storage_limit_bytes),
                egress_percent=percent(one.sent_bytes, one.egress_limit_bytes),
            )
            for name, one in found
            if int(one.organization_id) in kinds
        ],
        total=UNSET if token else reports.total(conn, actor),
        next_page_token=token_of_key(int(found[-1][1].organization_id)) if len(found) == limit else UNSET,
    )  # fmt: skip


def lines(conn: Connection, actor: Actor, token: str | None) -> drilling.Lines:
    """The same as CSV, without the sums."""
    found = page(conn, actor, token, drilling.LINES)
    fields = zip(OrganizationOverview.__struct_fields__, OrganizationOverview.__struct_encode_fields__, strict=True)
    # Whose numbers they are stands first.
    names = dict(sorted(fields, key=lambda field: field[0] not in ("organization_id", "name", "plan_type")))
    told = ([getattr(one, name) for name in names] for one in found.results)
    return drilling.as_csv(None if token else list(names.values()), told), found.next_page_token or None
