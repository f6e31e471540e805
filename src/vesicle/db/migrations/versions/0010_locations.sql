-- Storage locations of every kind, and project settings.

-- ------------------------------------------------------------------ locations
-- A location never changes, so there is nothing to update and no etag to check.
ALTER TABLE storage_location DROP CONSTRAINT storage_location_kind_check;
ALTER TABLE storage_location
    ADD CHECK (kind IN ('managed-s3', 'external-s3', 'google-cloud', 'external-url', 'object-store', 'proxy')),
    ADD upload_type text NOT NULL DEFAULT 'S3'
        CHECK (upload_type IN ('S3', 'GOOGLECLOUDSTORAGE', 'SFTP', 'HTTPS', 'PROXYLOCAL', 'NONE')),
    ADD banner text CHECK (length(banner) <= 10000),
    ADD description text CHECK (length(description) <= 512),
    ADD sts_enabled boolean NOT NULL DEFAULT false,
    ADD bucket text CHECK (length(bucket) <= 100),
    -- What the client said; and which store was meant by it when it was made, NULL for the default one.
    ADD endpoint_url text CHECK (length(endpoint_url) <= 512),
    ADD endpoint text CHECK (length(endpoint) <= 512),
    ADD url text CHECK (length(url) <= 2000),
    ADD supports_subfolders boolean,
    ADD benefactor_id bigint REFERENCES node ON DELETE SET NULL,
    -- The proxy's secret, encrypted with the installation's key.
    ADD secret bytea,
    -- The digest of the request, by which the same request of the same person finds it again.
    ADD digest bytea CHECK (length(digest) = 32),
    -- What vesicle can do there, as it was seen when the location was made.
    ADD readable boolean NOT NULL DEFAULT true,
    ADD writable boolean NOT NULL DEFAULT true,
    ADD CHECK (length(base_key) <= 1024),
    ADD CHECK ((kind IN ('external-s3', 'google-cloud', 'object-store')) = (bucket IS NOT NULL)),
    ADD CHECK ((kind IN ('external-url', 'proxy')) = (url IS NOT NULL)),
    ADD CHECK ((kind = 'proxy') = (secret IS NOT NULL)),
    ADD CHECK (NOT sts_enabled OR kind IN ('managed-s3', 'external-s3')),
    ADD CHECK (NOT sts_enabled OR kind <> 'managed-s3' OR base_key IS NOT NULL);
CREATE UNIQUE INDEX storage_location_same ON storage_location (created_by, digest);
CREATE INDEX storage_location_creator ON storage_location (created_by, id);
-- Teams that the bucket's owner named in owner.txt: their members have the creator's rights.
CREATE TABLE storage_location_team (
    location_id bigint NOT NULL REFERENCES storage_location ON DELETE CASCADE,
    team_id bigint NOT NULL REFERENCES principal ON DELETE CASCADE,
    PRIMARY KEY (location_id, team_id)
);
CREATE INDEX storage_location_team_of ON storage_location_team (team_id);

CREATE SEQUENCE project_setting_id_seq START 10000000;
CREATE TABLE project_setting (
    id bigint PRIMARY KEY DEFAULT nextval('project_setting_id_seq'),
    node_id bigint NOT NULL REFERENCES node ON DELETE CASCADE,
    kind text NOT NULL DEFAULT 'upload' CHECK (kind = 'upload'),
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    UNIQUE (node_id, kind)
);
-- The location at position 1 is the default one.
CREATE TABLE project_setting_location (
    setting_id bigint NOT NULL REFERENCES project_setting ON DELETE CASCADE,
    position integer NOT NULL CHECK (position BETWEEN 1 AND 10),
    location_id bigint NOT NULL REFERENCES storage_location,
    PRIMARY KEY (setting_id, position),
    UNIQUE (setting_id, location_id)
);
CREATE INDEX project_setting_location_of ON project_setting_location (location_id);

-- ---------------------------------------------------------------------- files
ALTER TABLE file_handle
    -- Vesicle wrote the object, and may remove it; what somebody else put into a bucket is never removed.
    ADD ours boolean NOT NULL DEFAULT true,
    ADD version_id text CHECK (length(version_id) <= 1024),
    -- When vesicle last saw the object as it is described here.
    ADD checked_on timestamptz;

-- ------------------------------------------------- what access asks of others
CREATE OR REPLACE VIEW owned_object AS
    SELECT 'file handle' AS kind, id, created_by AS owner_id FROM file_handle
    UNION ALL SELECT 'upload', id, started_by FROM multipart_upload
    UNION ALL SELECT 'access token', id, principal_id FROM access_token WHERE kind = 'personal'
    UNION ALL SELECT 'job', id, started_by FROM async_job
    UNION ALL SELECT 'activity', id, created_by FROM activity
    UNION ALL SELECT 'trashed entity', node_id, deleted_by FROM trashed WHERE NOT purging
    -- Owned by its creator, and by every team of owner.txt.
    UNION ALL SELECT 'storage location', id, created_by FROM storage_location
    UNION ALL SELECT 'storage location', location_id, team_id FROM storage_location_team;
