-- The drift of buckets from what is on record.

-- ---------------------------------------------------------------------- files
-- The handles of a location that somebody brought; those of the default one are too many, and nobody walks through them.
CREATE INDEX file_handle_location ON file_handle (storage_location_id, id) WHERE storage_location_id <> 1;

-- ----------------------------------------------------------------- relocation
-- The newest comparison of a location with its bucket, and where it is.
CREATE TABLE drift_check (
    location_id bigint PRIMARY KEY REFERENCES storage_location ON DELETE CASCADE,
    began_on timestamptz NOT NULL DEFAULT now(),
    finished_on timestamptz,
    cursor bytea,
    objects bigint NOT NULL DEFAULT 0,
    trouble text
);
-- Handles whose objects are not what is on record, and what was seen in their place.
CREATE TABLE drift (
    location_id bigint NOT NULL REFERENCES storage_location ON DELETE CASCADE,
    file_handle_id bigint NOT NULL REFERENCES file_handle ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('missing', 'changed', 'new version', 'contradicted')),
    size bigint,
    etag text,
    version_id text,
    noticed_on timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (location_id, file_handle_id)
);
CREATE INDEX drift_handle ON drift (file_handle_id);
-- Objects that a missing one may have become, while they are looked for.
CREATE TABLE drift_offer (
    location_id bigint NOT NULL REFERENCES storage_location ON DELETE CASCADE,
    file_handle_id bigint NOT NULL REFERENCES file_handle ON DELETE CASCADE,
    key text NOT NULL,
    version_id text,
    PRIMARY KEY (location_id, file_handle_id, key)
);
CREATE INDEX drift_offer_key ON drift_offer (location_id, key);
CREATE INDEX drift_offer_handle ON drift_offer (file_handle_id);
