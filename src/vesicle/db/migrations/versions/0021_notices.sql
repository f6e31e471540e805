-- What managers are told when limits come near, and which organizations became part of others.

-- ------------------------------------------------------------- organizations
CREATE SEQUENCE organization_notice_id_seq START 10000000;
CREATE TABLE organization_notice (
    id bigint PRIMARY KEY DEFAULT nextval('organization_notice_id_seq'),
    organization_id bigint NOT NULL REFERENCES organization ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('STORAGE', 'EGRESS')),
    percent integer NOT NULL,
    text text NOT NULL,
    noticed_on timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX organization_notice_of ON organization_notice (organization_id, id);

-- ---------------------------------------------------------------------- usage
-- The record of downloads never changes, so it still names organizations that were merged.
CREATE TABLE merged_organization (
    id bigint PRIMARY KEY,
    into_id bigint NOT NULL,
    merged_on timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX merged_organization_into ON merged_organization (into_id);
