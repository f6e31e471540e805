-- Organizations: plans, members, invitations. The installation's own organization gets a plan without limits.

-- ------------------------------------------------------------- organizations
-- What an operator offers. The numbers are bytes; NULL is unlimited.
CREATE TABLE plan_offer (
    name text PRIMARY KEY CHECK (name ~ '^[A-Z][A-Z0-9_]{0,63}$'),
    kind text NOT NULL CHECK (kind IN ('BASIC', 'SELF_MANAGED', 'DATA_COORDINATION', 'LEGACY')),
    storage_limit bigint CHECK (storage_limit >= 0),
    egress_limit bigint CHECK (egress_limit >= 0),
    egress_period text NOT NULL DEFAULT 'YEAR' CHECK (egress_period IN ('MONTH', 'YEAR')),
    certified_user_limit integer CHECK (certified_user_limit >= 0),
    project_limit integer CHECK (project_limit >= 0),
    custom_limit bigint CHECK (custom_limit >= 0)
);
INSERT INTO plan_offer (name, kind, storage_limit, egress_limit, certified_user_limit) VALUES
    ('BASIC', 'BASIC', 100000000000, 1000000000000, 1),
    ('SELF_MANAGED', 'SELF_MANAGED', 500000000000, 5000000000000, NULL);
CREATE SEQUENCE plan_id_seq START 1000000;
CREATE TABLE plan (
    id bigint PRIMARY KEY DEFAULT nextval('plan_id_seq'),
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    kind text NOT NULL CHECK (kind IN ('BASIC', 'SELF_MANAGED', 'DATA_COORDINATION', 'LEGACY')),
    storage_limit bigint CHECK (storage_limit >= 0),
    egress_limit bigint CHECK (egress_limit >= 0),
    egress_period text NOT NULL DEFAULT 'YEAR' CHECK (egress_period IN ('MONTH', 'YEAR')),
    certified_user_limit integer CHECK (certified_user_limit >= 0),
    project_limit integer CHECK (project_limit >= 0),
    custom_limit bigint CHECK (custom_limit >= 0),
    starts_on timestamptz NOT NULL DEFAULT now(),
    ends_on timestamptz,
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now(),
    CHECK (ends_on > starts_on)
);
INSERT INTO plan (id, kind, created_by) VALUES (1, 'LEGACY', 1);
-- An organization has exactly one plan, and a plan belongs to one organization at most.
ALTER TABLE organization
    ADD COLUMN etag uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN plan_id bigint UNIQUE REFERENCES plan,
    ADD COLUMN owner_id bigint REFERENCES principal,
    ADD COLUMN created_by bigint NOT NULL DEFAULT 1 REFERENCES principal,
    ADD COLUMN is_default boolean NOT NULL DEFAULT false,
    ADD COLUMN default_location_id bigint,
    ADD COLUMN outsiders_may_upload boolean NOT NULL DEFAULT true,
    ADD COLUMN thresholds integer[] NOT NULL DEFAULT '{80,90,100}',
    -- What its managers allow, below what the plan does.
    ADD COLUMN own_storage_limit bigint CHECK (own_storage_limit >= 0),
    ADD COLUMN own_egress_limit bigint CHECK (own_egress_limit >= 0);
UPDATE organization SET plan_id = 1 WHERE id = 1;
ALTER TABLE organization ALTER COLUMN plan_id SET NOT NULL;
CREATE UNIQUE INDEX organization_name_any_case ON organization (lower(name));
CREATE UNIQUE INDEX organization_default ON organization (owner_id) WHERE is_default;
CREATE INDEX organization_owner ON organization (owner_id);
-- A member is a person or a team. Who contributes may make projects and upload.
CREATE TABLE organization_member (
    organization_id bigint NOT NULL REFERENCES organization ON DELETE CASCADE,
    principal_id bigint NOT NULL REFERENCES principal ON DELETE CASCADE,
    is_manager boolean NOT NULL,
    is_contributor boolean NOT NULL,
    joined_on timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, principal_id)
);
CREATE INDEX organization_member_principal ON organization_member (principal_id);
-- Where a person's new projects and uploads go when the request does not say.
CREATE TABLE organization_preference (
    person_id bigint PRIMARY KEY REFERENCES principal ON DELETE CASCADE,
    organization_id bigint NOT NULL REFERENCES organization ON DELETE CASCADE
);
CREATE INDEX organization_preference_of ON organization_preference (organization_id);
CREATE SEQUENCE organization_invitation_id_seq START 10000000;
CREATE TABLE organization_invitation (
    id bigint PRIMARY KEY DEFAULT nextval('organization_invitation_id_seq'),
    organization_id bigint NOT NULL REFERENCES organization ON DELETE CASCADE,
    invitee_id bigint REFERENCES principal ON DELETE CASCADE,
    email text CHECK (length(email) <= 254),
    as_manager boolean NOT NULL,
    as_contributor boolean NOT NULL,
    invited_by bigint NOT NULL REFERENCES principal,
    invited_on timestamptz NOT NULL DEFAULT now(),
    expires_on timestamptz NOT NULL,
    mail_id bigint,
    state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'ACCEPTED', 'DECLINED', 'REVOKED')),
    CHECK ((invitee_id IS NULL) <> (email IS NULL))
);
CREATE UNIQUE INDEX organization_invitation_person ON organization_invitation (organization_id, invitee_id)
    WHERE state = 'OPEN';
CREATE UNIQUE INDEX organization_invitation_email ON organization_invitation (organization_id, lower(email))
    WHERE state = 'OPEN';
CREATE INDEX organization_invitation_invitee ON organization_invitation (invitee_id);
CREATE INDEX organization_invitation_address ON organization_invitation (lower(email)) WHERE state = 'OPEN';
CREATE INDEX organization_invitation_rate ON organization_invitation (organization_id, invited_on);
CREATE SEQUENCE plan_request_id_seq START 10000000;
CREATE TABLE plan_request (
    id bigint PRIMARY KEY DEFAULT nextval('plan_request_id_seq'),
    organization_id bigint NOT NULL REFERENCES organization ON DELETE CASCADE,
    offer text NOT NULL,
    message text NOT NULL CHECK (length(message) <= 10000),
    requested_by bigint NOT NULL REFERENCES principal,
    requested_on timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'GRANTED', 'REFUSED')),
    decided_by bigint REFERENCES principal,
    decided_on timestamptz,
    answer text CHECK (length(answer) <= 10000),
    CHECK ((state = 'OPEN') = (decided_on IS NULL))
);
CREATE UNIQUE INDEX plan_request_open ON plan_request (organization_id) WHERE state = 'OPEN';
CREATE INDEX plan_request_by ON plan_request (requested_by, id);

-- The team whose members make plans and organizations and change limits.
INSERT INTO principal (id, kind) VALUES (7, 'team');
INSERT INTO alias (squeezed, alias, kind, principal_id) VALUES
    ('organizationadministrators', 'Organization Administrators', 'TEAM_NAME', 7);
INSERT INTO principal_prefix (token, principal_id) VALUES ('organizationadministrators', 7);
INSERT INTO team (id, can_request_membership, created_by, modified_by) VALUES (7, false, 1, 1);
