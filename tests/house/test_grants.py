"""No grant, no row: what touches a protected row takes a proof, and the exceptions stand here with their reasons."""

import ast
import re
from pathlib import Path

import pytest
from tests.house.test_import_rules import FILES, SOURCE, is_store, room_of

from vesicle import access
from vesicle.access import Grant, OnTeam, Owns

PROOFS = {
    name for name in access.__all__
    if isinstance(kind := getattr(access, name), type) and issubclass(kind, Grant | Owns | OnTeam)
} | {"Actor"}  # fmt: skip
STORES = [file for file in FILES if is_store(file)]
REASONS = {
    "access.subjects": "what grants are made from",
    "access.owners": "what grants are made from",
    "access.team_subjects": "what grants are made from",
    "accounts.token": "says who calls; there is no actor before it",
    "accounts.groups": "the groups of somebody whose job goes on after their request",
    "accounts.touch_token": "the token that was just presented",
    "accounts.insert_token": "for the person who just signed in or asked, or for the operator",
    "accounts.drop_least_used_tokens": "for the person who just signed in or asked, or for the operator",
    "accounts.delete_session": "the token that this very request carries",
    "accounts.delete_sessions": "for the person whose password changes; the door asks who may otherwise",
    "accounts.profiles": "profiles are public",
    "accounts.profile_page": "profiles are public",
    "accounts.certified_on": "that somebody is certified is public",
    "accounts.set_notification": "the link in the mail is the proof",
    "accounts.agree": "of the person whose token is in the body",
    "accounts.agreed_version": "sign-in, before there is an actor",
    "accounts.changed_password_lately": "of a person whose old password was just given",
    "accounts.note_password_change": "of a person whose old password, or link, was just given",
    "accounts.notification_address": "for stories that write to the person; no door shows it to others",
    "accounts.people_to_mail": "for stories that write to people; no door shows it",
    "accounts.principals_of": "names are public",
    "accounts.delete_prefixes": "of a profile whose row the caller holds",
    "accounts.delete_membership": "certification, whose door is for administrators",
    "accounts.headers": "names are public",
    "accounts.headers_by_prefix": "names are public",
    "accounts.principal_of": "names are public",
    "accounts.known_principals": "that a principal exists is public",
    "accounts.insert_person": "sign-up and the operator",
    "accounts.insert_alias": "sign-up and the operator",
    "accounts.insert_prefixes": "sign-up and the operator",
    "accounts.insert_membership": "the operator, and certification; teams bring a grant of their own",
    "accounts.members": "who is in a team is public",
    "accounts.password_row": "sign-in, before there is an actor",
    "accounts.set_password_digest": "the operator, or the old password or link that was just given",
    "accounts.note_failed_sign_in": "sign-in, before there is an actor",
    "accounts.note_sign_in": "sign-in, before there is an actor",
    "entities.of_alias": "which project an alias stands for is public",
    "files.dissociate_purged": "the worker that purges the trash can",
    "tree.due": "the worker that purges the trash can",
    "tree.begin_purge": "the worker that purges the trash can",
    "tree.doomed": "the worker that purges the trash can",
    "tree.delete_doomed": "the worker that purges the trash can",
    "audit.insert": "written beside every deed, also those of nobody and of the operator",
    "web.count_request": "counted before it is known who may",
    "web.forget_requests": "the worker that forgets old counts",
    "web.stack_status": "whether the server takes requests is public",
    "messages.kinds": "that a principal exists is public",
    "messages.message": "who may read it is decided with the row, in one place",
    "messages.letter": "the worker that mails messages",
    "messages.begin_mailing": "the worker that mails messages",
    "messages.mark_read": "the worker that mails messages",
    "mail.insert": "any story that has something to tell somebody",
    "mail.one": "the worker that delivers, and the operator",
    "mail.newest": "the operator",
    "mail.note_state": "the worker that delivers",
    "mail.sweep_emails": "the worker that forgets old mail",
    "mail.insert_link": "any story that asks an address for a proof",
    "mail.link": "the secret is the proof",
    "mail.use_up_link": "the secret is the proof",
    "mail.has_link": "says only whether an address was invited",
    "mail.delete_links": "any story that asked an address for a proof",
    "mail.sweep_links": "the worker that forgets old links",
    "files.location_of": "where a handle may stand; whoever ties it has the proof",
    "entities.inside": "where a subtree may stand; whoever moves or restores it has the proof",
    "locations.location": "anybody may upload into any location; who may place the result is asked later",
    "locations.locations": "as of one location",
    "locations.container_of": "says which container to ask a grant for",
    "locations.settings_above": "which location holds for a place; the caller has asked for the place",
    "locations.containers_with_sts": "which location holds for a place is no secret to who may use the place",
    "tree.project_of": "which lock to take, before permission is decided under it",
    "tree.subject": "which lock to take, before permission is decided under it",
    "tree.children": "tells only that names are taken, to who is about to create there",
    "tree.name_is_taken": "tells only that a name is taken, to who may create or rename there",
    "teams.by_ids": "which teams there are is public",
    "teams.by_prefix": "which teams there are is public",
    "teams.of_member": "who is in a team is public",
    "teams.ids_of_member": "who is in a team is public",
    "teams.of_person": "who is in a team is public",
    "jobs.job": "the worker that runs the job",
    "jobs.complete": "the worker that runs the job",
    "jobs.note_progress": "the worker that runs the job",
    "jobs.lock_running": "the worker that runs the job",
    "jobs.sweep": "the worker that forgets old jobs",
    "jobs.give_up": "the worker that forgets old jobs",
    "jobs.fail": "the worker that runs the job",
    "files.hold_handles": "tells only which of the handles, for which there are proofs, are still there",
    "relocation.refresh_statistics": "no row is told or changed",
    "relocation.take": "the worker whose job was allowed, or that compares buckets with the record",
    "relocation.of_job": "the worker that runs the job",
    "relocation.begin_round": "the worker that compares buckets with the record",
    "relocation.current": "the worker that compares buckets with the record",
    "relocation.advance": "the worker that compares buckets with the record",
    "relocation.note_trouble": "the worker that compares buckets with the record",
    "relocation.recorded": "the worker that compares buckets with the record",
    "relocation.keep": "the worker that compares buckets with the record",
    "relocation.forget": "the worker that compares buckets with the record",
    "relocation.finish": "the worker that compares buckets with the record",
    "relocation.not_met": "the worker that compares buckets with the record",
    "relocation.due": "the worker that compares buckets with the record",
    "files.note_checked": "the worker that compares buckets with the record",
    "files.forget_checked": "the worker that compares buckets with the record",
    "files.object_is_referred_to": "the worker that removes objects",
    "files.stale_uploads": "the worker that reaps uploads",
    "files.delete_upload": "the worker that reaps uploads",
    "files.hold_stale_upload": "the worker that reaps uploads",
    "files.untied": "the worker that reaps files",
    "files.hold_untied": "the worker that reaps files",
    "files.delete_untied": "the worker that reaps files",
    "files.buckets_written_to": "the worker that reaps uploads",
    "files.is_known_upload": "the worker that reaps uploads",
    "files.forget_request": "of an upload whose row the caller's own proof gave",
    "files.parts": "of an upload whose row the caller's own proof gave",
    **dict.fromkeys(
        (
            "usage.account",
            "usage.roll_up",
            "usage.others_in",
            "usage.put_terms",
            "usage.note_told",
            "usage.has_private",
            "usage.flows_of_move",
            "usage.merge",
            "usage.survivor",
            "usage.change_account",
            "usage.open_account",
            "usage.set_limits",
            "usage.hold",
            "usage.begins_on",
            "usage.counted_since",
            "usage.begin_anew",
            "usage.add",
            "usage.location",
            "usage.private_elsewhere",
            "usage.insert_reservation",
            "usage.reservation",
            "usage.move_reservation",
            "usage.give_reservation",
            "usage.delete_reservation",
            "usage.insert_handles",
            "usage.delete_handle",
            "usage.projects_of",
            "usage.lock_handles",
            "usage.mark_purged",
            "usage.keep_for_hours",
            "usage.held_loose",
            "usage.hold",
            "usage.hold_alone",
            "usage.promised_by_others",
            "usage.handles_below",
            "usage.settle",
            "usage.add_totals",
            "usage.add_to_project",
            "usage.project_storage",
            "usage.project_storage_at",
            "usage.give_promises",
            "usage.limit_project",
            *(
                f"usage.{name}"
                for name in (
                    "keep_to_one",
                    "let_others",
                    "begin_looking",
                    "wrong_handles",
                    "wrong_charges",
                    "wrong_promises",
                    "wrong_accounts",
                    "wrong_totals",
                    "wrong_days",
                    "wrong_places",
                    "charge_missing",
                    "put_promises",
                    "hold_account",
                    "count_promises",
                    "add_to_account",
                    "add_to_total",
                    "begin_totals",
                    "add_to_day",
                    "add_to_place",
                    "hold_merges",
                    "wrong_sent_days",
                    "put_sent_day",
                    "wrong_counters",
                )
            ),
        ),
        "the ledger follows deeds that the stories of other rooms have allowed",
    ),
}


def functions(file: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]


def takes_proof(function: ast.FunctionDef) -> bool:
    """The first parameter is the connection, and one after it is a proof (or many)."""
    later = function.args.args[1:] + function.args.kwonlyargs
    names = {name for one in later if one.annotation for name in re.findall(r"\w+", ast.unparse(one.annotation))}
    return bool(names & PROOFS)


def public(file: Path) -> dict[str, ast.FunctionDef]:
    return {f"{room_of(file)}.{one.name}": one for one in functions(file) if not one.name.startswith("_")}


EVERY = {name: function for file in STORES for name, function in public(file).items()}


def takes_connection(function: ast.FunctionDef) -> bool:
    first = function.args.args[:1]
    return bool(first and first[0].annotation and ast.unparse(first[0].annotation) == "Connection")


def test_the_stores_are_seen() -> None:
    assert {"tree", "entities", "files", "accounts", "access"} <= {room_of(file) for file in STORES}
    assert {"MayRead", "OwnsJob", "Exists", "Actor"} <= PROOFS


@pytest.mark.parametrize("name", EVERY)
def test_what_touches_rows_takes_a_proof_or_stands_in_the_list(name: str) -> None:
    function = EVERY[name]
    if not takes_connection(function):
        assert name in ("access.visible_to", "access.downloadable_by"), (
            f"{name}: the functions of a store take a connection first"
        )
        return
    assert takes_proof(function) or name in REASONS, (
        f"{name} takes no proof. Let it take a grant (MayRead, OwnsUpload, …) or an Actor, not an id;"
        f" or, if nobody's permission is in question, give the reason in REASONS in {Path(__file__).name}."
    )


def test_the_list_of_exceptions_is_not_stale() -> None:
    stale = [name for name in REASONS if name not in EVERY or takes_proof(EVERY[name])]
    assert not stale, f"These are gone, or take a proof now; take them off the list: {stale}"


def test_only_permission_makes_grants() -> None:
    strays = [
        str(file.relative_to(SOURCE))
        for file in FILES
        if "_SEAL" in file.read_text("utf-8") and file.relative_to(SOURCE).parts[0] != "access"
    ]
    assert not strays, f"ask access.require for a proof: {strays}"
