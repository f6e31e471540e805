-- Registrations of objects that lie in buckets, and the drift of buckets from what is on record.

-- ----------------------------------------------------------------- relocation
CREATE SEQUENCE registration_id_seq START 10000000;
CREATE TABLE registration (
    id bigint PRIMARY KEY DEFAULT nextval('registration_id_seq'),
    -- The job that works on it, or worked on it last; jobs are forgotten earlier than what they did.
    job_id bigint NOT NULL UNIQUE,
    started_by bigint NOT NULL REFERENCES principal,
    started_on timestamptz NOT NULL DEFAULT now(),
    location_id bigint NOT NULL REFERENCES storage_location ON DELETE CASCADE,
    target_id bigint NOT NULL,
    -- Behind which key the listing goes on. Bytes, because a key may hold what a text of the database cannot.
    cursor bytea,
    listed boolean NOT NULL DEFAULT false,
    pages integer NOT NULL DEFAULT 0,
    counts jsonb NOT NULL
);
CREATE INDEX registration_location ON registration (location_id);
CREATE INDEX registration_started_by ON registration (started_by);
-- Lines of the manifest, a page of the listing each, until the manifest is written.
CREATE TABLE registration_page (
    registration_id bigint NOT NULL REFERENCES registration ON DELETE CASCADE,
    number integer NOT NULL,
    lines bytea NOT NULL,
    PRIMARY KEY (registration_id, number)
);
