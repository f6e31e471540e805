"""People, as the published client sees them."""

from __future__ import annotations

from tests.live import Person, Server
from tests.real_client.conftest import Client


def test_profiles_are_found_by_name_and_by_id_and_certification_is_told(
    client: Client, server: Server, administrator: Person
) -> None:
    other = server.person("colleague")
    code = f"""
        from synapseclient.models import UserProfile
        mine = UserProfile().get()
        assert mine.username == {client.person.name!r}
        assert mine.emails == [{f"{client.person.name}@example.org"!r}]
        theirs = UserProfile.from_username({other.name!r})
        assert theirs.id == {other.id}
        assert not theirs.emails
        assert UserProfile.from_id({other.id}).username == {other.name!r}
        assert syn.getUserProfile({other.name!r})["ownerId"] == {str(other.id)!r}
        print(syn.is_certified({other.id}), UserProfile(id={other.id}).is_certified())
        """
    assert client.python(code).split() == ["False", "False"]
    path = f"/repo/v1/admin/user/{other.id}/certificationStatus"
    assert administrator.call("PUT", path, isCertified="true").status_code == 204
    assert client.python(code).split() == ["True", "True"]
