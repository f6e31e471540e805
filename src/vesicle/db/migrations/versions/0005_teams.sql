-- Teams: what they are called stands in `alias`, who is in them in `membership`.

-- ---------------------------------------------------------------------- teams
CREATE TABLE team (
    id bigint PRIMARY KEY REFERENCES principal ON DELETE CASCADE,
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    description text CHECK (length(description) <= 3000),
    icon_handle_id bigint REFERENCES file_handle ON DELETE RESTRICT,
    can_public_join boolean NOT NULL DEFAULT false,
    can_request_membership boolean NOT NULL DEFAULT true,
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now(),
    modified_by bigint NOT NULL REFERENCES principal,
    modified_on timestamptz NOT NULL DEFAULT now(),
    acl_etag uuid NOT NULL DEFAULT gen_random_uuid()
);
CREATE INDEX team_icon ON team (icon_handle_id) WHERE icon_handle_id IS NOT NULL;
-- Who may do what with a team. Entities have lists of their own, under numbers of their own.
CREATE TABLE team_acl_entry (
    team_id bigint NOT NULL REFERENCES team ON DELETE CASCADE,
    principal_id bigint NOT NULL REFERENCES principal CHECK (principal_id <> 273950),
    rights integer NOT NULL CHECK (rights > 0),
    PRIMARY KEY (team_id, principal_id)
);
CREATE INDEX team_acl_entry_principal ON team_acl_entry (principal_id, team_id);

CREATE SEQUENCE membership_invitation_id_seq START 10000000;
CREATE TABLE membership_invitation (
    id bigint PRIMARY KEY DEFAULT nextval('membership_invitation_id_seq'),
    team_id bigint NOT NULL REFERENCES team ON DELETE CASCADE,
    invitee_id bigint REFERENCES person ON DELETE CASCADE,
    invitee_email text CHECK (length(invitee_email) <= 256),
    message text CHECK (length(message) <= 3000),
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now(),
    expires_on timestamptz,
    CHECK (num_nonnulls(invitee_id, invitee_email) = 1)
);
CREATE INDEX membership_invitation_team ON membership_invitation (team_id, id);
CREATE INDEX membership_invitation_invitee ON membership_invitation (invitee_id, id) WHERE invitee_id IS NOT NULL;
CREATE INDEX membership_invitation_email ON membership_invitation (lower(invitee_email))
    WHERE invitee_email IS NOT NULL;
CREATE INDEX membership_invitation_inviter ON membership_invitation (created_by);

CREATE SEQUENCE membership_request_id_seq START 10000000;
CREATE TABLE membership_request (
    id bigint PRIMARY KEY DEFAULT nextval('membership_request_id_seq'),
    team_id bigint NOT NULL REFERENCES team ON DELETE CASCADE,
    person_id bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    message text CHECK (length(message) <= 3000),
    created_on timestamptz NOT NULL DEFAULT now(),
    expires_on timestamptz,
    -- Asking once more changes what was said; it makes no second request.
    UNIQUE (team_id, person_id)
);
CREATE INDEX membership_request_person ON membership_request (person_id, id);

-- The teams of the installation itself: nobody asks to join them, administrators decide.
INSERT INTO team (id, can_request_membership, created_by, modified_by)
    SELECT id, false, 1, 1 FROM principal WHERE kind = 'team';
-- READ (1), UPDATE (4), DELETE (16), TEAM_MEMBERSHIP_UPDATE (16384), SEND_MESSAGE (32768).
INSERT INTO team_acl_entry (team_id, principal_id, rights)
    SELECT id, 1, 1 + 4 + 16 + 16384 + 32768 FROM team
    UNION ALL SELECT id, id, 1 + 32768 FROM team
    UNION ALL SELECT id, 273948, 1 FROM team;

-- ------------------------------------------------- what access asks of others
CREATE VIEW protected_team AS SELECT id, created_by FROM team;
CREATE VIEW team_right AS SELECT team_id, principal_id, rights FROM team_acl_entry;
