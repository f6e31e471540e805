"""A team in a list gives its members rights, and who leaves it loses them with the next request."""

from __future__ import annotations

from pathlib import Path

from tests.live import Server
from tests.real_client.conftest import Client


def test_a_team_in_a_list_gives_its_members_rights_while_they_are_in_it(
    client: Client, server: Server, tmp_path: Path
) -> None:
    member = server.person("member")
    name = f"Readers of {client.person.name}"
    client.write("a.txt", b"for readers")
    project, file, team = client.python(
        f"""
        from synapseclient.models import Team
        team = Team(name="{name}", can_public_join=True).create()
        project = Project(name="p {client.person.name}").store()
        file = File(path="a.txt", parent_id=project.id).store()
        syn.setPermissions(project.id, "{name}", accessType=["READ", "DOWNLOAD"])
        assert set(syn.getPermissions(project.id, team.id)) == {{"READ", "DOWNLOAD"}}
        assert set(project.get_acl(principal_id=team.id)) == {{"READ", "DOWNLOAD"}}
        assert set(syn.getPermissions(project.id, "{member.name}")) == set()
        print(project.id, file.id, team.id)
        """
    ).split()
    other = Client(client.programs, tmp_path / "member", member)
    other.python(
        f"""
        def status(call):
            try:
                call()
            except synapseclient.core.exceptions.SynapseHTTPError as error:
                return error.response.status_code
            return 200
        def get():
            found = syn.get("{file}", downloadLocation="got", ifcollision="overwrite.local")
            assert open(found.path).read() == "for readers"
        assert status(get) == 403
        syn.restPUT("/team/{team}/member/{member.id}")
        assert status(get) == 200
        assert set(syn.getPermissions("{project}", "{member.id}")) == {{"READ", "DOWNLOAD"}}
        assert syn.get_permissions("{file}").can_download
        assert status(lambda: syn.store(synapseclient.Folder("f", parent="{project}"))) == 403
        syn.restDELETE("/team/{team}/member/{member.id}")
        assert status(get) == 403
        """
    )
    client.python(
        f"""
        from synapseclient.models import Team
        assert set(syn.getPermissions("{project}", "{member.id}")) == set()
        folder = Folder(name="f", parent_id="{project}").store()
        folder.set_permissions(principal_id="{name}", access_type=["READ", "UPDATE"])
        assert set(folder.get_acl(principal_id={team})) == {{"READ", "UPDATE"}}
        try:
            Team.from_id({team}).delete()
        except synapseclient.core.exceptions.SynapseHTTPError as error:
            assert error.response.status_code == 400 and "sharing settings" in str(error), error
        else:
            raise AssertionError("a team that lists name was dissolved")
        folder.set_permissions(principal_id={team}, access_type=[])
        syn.setPermissions("{project}", {team}, accessType=[])
        Team.from_id({team}).delete()
        """
    )
