-- The first schema. One section a room; a room writes only its own tables (tests/house/test_table_owners.py).

-- ------------------------------------------------------------------ accounts
CREATE SEQUENCE principal_id_seq START 3400000;
CREATE TABLE principal (
    id bigint PRIMARY KEY DEFAULT nextval('principal_id_seq'),
    kind text NOT NULL CHECK (kind IN ('user', 'team', 'group')),
    created_on timestamptz NOT NULL DEFAULT now()
);
-- Names, team names and mail addresses share one name space: lower case, letters and digits only.
CREATE TABLE alias (
    squeezed text COLLATE "C" PRIMARY KEY CHECK (squeezed <> ''),
    alias text NOT NULL CHECK (length(alias) <= 256),
    kind text NOT NULL CHECK (kind IN ('USER_NAME', 'TEAM_NAME', 'USER_EMAIL')),
    principal_id bigint NOT NULL REFERENCES principal ON DELETE CASCADE
);
CREATE INDEX alias_principal ON alias (principal_id, kind);
CREATE UNIQUE INDEX alias_one_name ON alias (principal_id) WHERE kind IN ('USER_NAME', 'TEAM_NAME');
-- What a look-up by prefix finds a principal under. Mail addresses are private and are not here.
CREATE TABLE principal_prefix (
    token text COLLATE "C" NOT NULL,
    principal_id bigint NOT NULL REFERENCES principal ON DELETE CASCADE,
    PRIMARY KEY (token, principal_id)
);
CREATE TABLE person (
    principal_id bigint PRIMARY KEY REFERENCES principal ON DELETE CASCADE,
    first_name text NOT NULL DEFAULT '' CHECK (length(first_name) <= 256),
    last_name text NOT NULL DEFAULT '' CHECK (length(last_name) <= 256),
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    password_digest text,
    failed_sign_ins integer NOT NULL DEFAULT 0,
    closed_until timestamptz,
    authenticated_on timestamptz
);
CREATE TABLE membership (
    member_id bigint NOT NULL REFERENCES principal ON DELETE CASCADE,
    group_id bigint NOT NULL REFERENCES principal ON DELETE CASCADE,
    PRIMARY KEY (member_id, group_id)
);
CREATE INDEX membership_group ON membership (group_id, member_id);
CREATE SEQUENCE access_token_id_seq START 10000000;
CREATE TABLE access_token (
    id bigint PRIMARY KEY DEFAULT nextval('access_token_id_seq'),
    principal_id bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('personal', 'session')),
    name text CHECK (length(name) <= 256),
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    scopes integer NOT NULL,
    created_on timestamptz NOT NULL DEFAULT now(),
    last_used timestamptz NOT NULL DEFAULT now(),
    expires_on timestamptz,
    CHECK ((kind = 'personal') = (name IS NOT NULL)),
    CHECK ((kind = 'session') = (expires_on IS NOT NULL))
);
CREATE UNIQUE INDEX access_token_name ON access_token (principal_id, name) WHERE kind = 'personal';
CREATE INDEX access_token_owner ON access_token (principal_id, id);
CREATE INDEX access_token_expiry ON access_token (expires_on) WHERE expires_on IS NOT NULL;

-- ------------------------------------------------------------- organizations
CREATE SEQUENCE organization_id_seq START 1000000;
CREATE TABLE organization (
    id bigint PRIMARY KEY DEFAULT nextval('organization_id_seq'),
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 256),
    created_on timestamptz NOT NULL DEFAULT now()
);
INSERT INTO organization (id, name) VALUES (1, 'Installation');

-- ----------------------------------------------------------------------- tree
CREATE SEQUENCE node_id_seq START 10000000;
CREATE TABLE node (
    id bigint PRIMARY KEY DEFAULT nextval('node_id_seq'),
    kind text NOT NULL CHECK (kind IN ('project', 'folder', 'file')),
    parent_id bigint REFERENCES node,
    project_id bigint REFERENCES node,
    benefactor_id bigint NOT NULL REFERENCES node,
    organization_id bigint REFERENCES organization,
    name text COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    version integer NOT NULL DEFAULT 1,
    highest_version integer NOT NULL DEFAULT 1,
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now(),
    modified_by bigint NOT NULL REFERENCES principal,
    modified_on timestamptz NOT NULL DEFAULT now(),
    UNIQUE (parent_id, name),
    CHECK ((kind = 'project') = (organization_id IS NOT NULL)),
    CHECK ((project_id IS NULL) = (id IN (4489, 1681355))),
    CHECK ((parent_id IS NULL) = (id IN (4489, 1681355))),
    CHECK (kind <> 'project' OR (project_id = id AND parent_id IN (4489, 1681355))),
    CHECK (parent_id <> id),
    CHECK (version BETWEEN 1 AND highest_version)
);
CREATE INDEX node_parent_created ON node (parent_id, created_on, id);
CREATE INDEX node_parent_modified ON node (parent_id, modified_on, id);
CREATE INDEX node_benefactor ON node (benefactor_id);
CREATE INDEX node_project ON node (project_id);
CREATE INDEX node_organization ON node (organization_id) WHERE organization_id IS NOT NULL;
-- What lies in the trash can keeps its project, so that its bytes stay charged until they are purged.
CREATE TABLE trashed (
    node_id bigint PRIMARY KEY REFERENCES node ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL,
    parent_id bigint NOT NULL,
    deleted_by bigint NOT NULL REFERENCES principal,
    deleted_on timestamptz NOT NULL DEFAULT now(),
    purge_soon boolean NOT NULL DEFAULT false
);
CREATE INDEX trashed_by ON trashed (deleted_by, deleted_on);

-- --------------------------------------------------------------------- access
CREATE TABLE acl (
    id bigint PRIMARY KEY REFERENCES node ON DELETE CASCADE,
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    created_on timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE acl_entry (
    acl_id bigint NOT NULL REFERENCES acl ON DELETE CASCADE,
    principal_id bigint NOT NULL REFERENCES principal CHECK (principal_id <> 273950),
    rights integer NOT NULL CHECK (rights > 0),
    PRIMARY KEY (acl_id, principal_id),
    -- The public group may get READ (bit 1) only.
    CHECK (principal_id <> 273949 OR rights = 1)
);
CREATE INDEX acl_entry_principal ON acl_entry (principal_id, acl_id);

-- ------------------------------------------------------------------ locations
-- Location 1 is the default storage, 2 is never used, others come from 3 on.
CREATE SEQUENCE storage_location_id_seq START 3;
CREATE TABLE storage_location (
    id bigint PRIMARY KEY DEFAULT nextval('storage_location_id_seq'),
    kind text NOT NULL CHECK (kind IN ('managed-s3')),
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now(),
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    base_key text
);

-- ---------------------------------------------------------------------- files
CREATE SEQUENCE file_handle_id_seq START 10000000;
CREATE TABLE file_handle (
    id bigint PRIMARY KEY DEFAULT nextval('file_handle_id_seq'),
    kind text NOT NULL CHECK (kind IN ('s3', 'external')),
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now(),
    modified_on timestamptz NOT NULL DEFAULT now(),
    file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 256),
    content_type text CHECK (length(content_type) <= 256),
    content_md5 text CHECK (content_md5 ~ '^[0-9a-f]{32}$'),
    content_size bigint CHECK (content_size >= 0),
    storage_location_id bigint REFERENCES storage_location,
    preview_id bigint,
    bucket text CHECK (length(bucket) <= 100),
    key text CHECK (length(key) <= 1024),
    object_etag text,
    external_url text CHECK (length(external_url) <= 2000),
    -- How far the content is known: the store's own MD5, a claim of the uploader, or nothing that can be read back.
    verification text NOT NULL CHECK (verification IN ('verified', 'claimed', 'unverifiable')),
    CHECK ((kind = 's3') = (bucket IS NOT NULL AND key IS NOT NULL AND content_size IS NOT NULL
                            AND storage_location_id IS NOT NULL)),
    CHECK ((kind = 'external') = (external_url IS NOT NULL))
);
CREATE INDEX file_handle_object ON file_handle (bucket, key) WHERE kind = 's3';
CREATE INDEX file_handle_created_by ON file_handle (created_by, id);
-- Who refers to a handle. A handle with a row here cannot be deleted.
CREATE TABLE file_association (
    file_handle_id bigint NOT NULL REFERENCES file_handle ON DELETE RESTRICT,
    object_type text NOT NULL,
    object_id bigint NOT NULL,
    object_version integer NOT NULL DEFAULT 0,
    PRIMARY KEY (file_handle_id, object_type, object_id, object_version)
);
CREATE INDEX file_association_object ON file_association (object_type, object_id, object_version);

CREATE SEQUENCE multipart_upload_id_seq START 10000000;
CREATE TABLE multipart_upload (
    id bigint PRIMARY KEY DEFAULT nextval('multipart_upload_id_seq'),
    started_by bigint NOT NULL REFERENCES principal,
    started_on timestamptz NOT NULL DEFAULT now(),
    updated_on timestamptz NOT NULL DEFAULT now(),
    -- The digest of the request; NULL once a forced restart took its place.
    request_digest bytea,
    file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 256),
    content_type text NOT NULL CHECK (length(content_type) <= 256),
    content_md5 text NOT NULL CHECK (content_md5 ~ '^[0-9a-f]{32}$'),
    file_size bigint NOT NULL CHECK (file_size BETWEEN 1 AND 5497558138880),
    part_size bigint NOT NULL CHECK (part_size BETWEEN 5242880 AND 5368709120),
    parts integer NOT NULL CHECK (parts BETWEEN 1 AND 10000),
    generate_preview boolean NOT NULL,
    storage_location_id bigint NOT NULL REFERENCES storage_location,
    bucket text NOT NULL,
    key text NOT NULL,
    store_upload_id text NOT NULL,
    result_handle_id bigint REFERENCES file_handle ON DELETE SET NULL,
    state text NOT NULL DEFAULT 'UPLOADING' CHECK (state IN ('UPLOADING', 'COMPLETED')),
    CHECK (state = 'COMPLETED' OR result_handle_id IS NULL)
);
CREATE UNIQUE INDEX multipart_upload_request ON multipart_upload (started_by, request_digest);
CREATE INDEX multipart_upload_stale ON multipart_upload (updated_on) WHERE state = 'UPLOADING';
CREATE INDEX multipart_upload_result ON multipart_upload (result_handle_id);
CREATE UNIQUE INDEX multipart_upload_store ON multipart_upload (bucket, key);
CREATE TABLE multipart_part (
    upload_id bigint NOT NULL REFERENCES multipart_upload ON DELETE CASCADE,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 10000),
    etag text NOT NULL,
    PRIMARY KEY (upload_id, number)
);

-- ------------------------------------------------------------------- entities
CREATE TABLE entity_version (
    node_id bigint NOT NULL REFERENCES node ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 256),
    comment text CHECK (length(comment) <= 256),
    description text CHECK (length(description) <= 1000),
    modified_by bigint NOT NULL REFERENCES principal,
    modified_on timestamptz NOT NULL DEFAULT now(),
    file_handle_id bigint REFERENCES file_handle,
    annotations jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (node_id, number),
    UNIQUE (node_id, label)
);
CREATE INDEX entity_version_handle ON entity_version (file_handle_id) WHERE file_handle_id IS NOT NULL;
CREATE TABLE project_alias (
    alias text COLLATE "C" PRIMARY KEY CHECK (alias ~ '^[A-Za-z0-9_]{1,64}$'),
    node_id bigint NOT NULL UNIQUE REFERENCES node ON DELETE CASCADE
);
CREATE UNIQUE INDEX project_alias_any_case ON project_alias (lower(alias));

-- ---------------------------------------------------------------------- usage
CREATE SEQUENCE download_record_id_seq START 10000000;
CREATE TABLE download_record (
    id bigint PRIMARY KEY DEFAULT nextval('download_record_id_seq'),
    issued_on timestamptz NOT NULL DEFAULT now(),
    principal_id bigint NOT NULL,
    file_handle_id bigint NOT NULL,
    object_type text,
    object_id bigint,
    storage_location_id bigint,
    size bigint NOT NULL,
    charged bigint NOT NULL CHECK (charged BETWEEN 0 AND size)
);
CREATE INDEX download_record_again ON download_record (principal_id, file_handle_id, issued_on);
CREATE INDEX download_record_time ON download_record USING brin (issued_on);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER download_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON download_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ----------------------------------------------------------------------- jobs
CREATE SEQUENCE async_job_id_seq START 10000000;
CREATE TABLE async_job (
    id bigint PRIMARY KEY DEFAULT nextval('async_job_id_seq'),
    kind text NOT NULL,
    started_by bigint NOT NULL REFERENCES principal,
    started_on timestamptz NOT NULL DEFAULT now(),
    changed_on timestamptz NOT NULL DEFAULT now(),
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    state text NOT NULL DEFAULT 'PROCESSING' CHECK (state IN ('PROCESSING', 'FAILED', 'COMPLETE')),
    canceling boolean NOT NULL DEFAULT false,
    request jsonb NOT NULL,
    response jsonb,
    status integer,
    reason text,
    error_code text,
    progress_current bigint NOT NULL DEFAULT 0,
    progress_total bigint NOT NULL DEFAULT 100,
    progress_message text NOT NULL DEFAULT '',
    CHECK ((state = 'COMPLETE') = (response IS NOT NULL)),
    CHECK ((state = 'FAILED') = (status IS NOT NULL AND reason IS NOT NULL))
);

-- ------------------------------------------------- what access asks of others
-- The rooms above `access` own the things; these two views are all that it may know of them.
CREATE VIEW protected_object AS
    SELECT id, kind, benefactor_id, created_by, project_id FROM node;
CREATE VIEW owned_object AS
    SELECT 'file handle' AS kind, id, created_by AS owner_id FROM file_handle
    UNION ALL SELECT 'upload', id, started_by FROM multipart_upload
    UNION ALL SELECT 'access token', id, principal_id FROM access_token WHERE kind = 'personal'
    UNION ALL SELECT 'job', id, started_by FROM async_job;

-- ----------------------------------------------------------- the first people
INSERT INTO principal (id, kind) VALUES
    (1, 'user'), (273950, 'user'),
    (2, 'team'), (3, 'team'), (4, 'team'), (5, 'team'), (6, 'team'), (273957, 'team'), (464532, 'team'), (3412389, 'team'),
    (273948, 'group'), (273949, 'group');
INSERT INTO person (principal_id) VALUES (1), (273950);
INSERT INTO alias (squeezed, alias, kind, principal_id) VALUES
    ('migrationadmin', 'migrationAdmin', 'USER_NAME', 1),
    ('anonymous', 'anonymous', 'USER_NAME', 273950),
    ('administrators', 'Administrators', 'TEAM_NAME', 2),
    ('certifiedusers', 'Certified Users', 'TEAM_NAME', 3),
    ('trustedmessagesenders', 'Trusted Message Senders', 'TEAM_NAME', 4),
    ('reportteam', 'Report Team', 'TEAM_NAME', 5),
    ('testingusers', 'Testing Users', 'TEAM_NAME', 6),
    ('companyteam', 'Company Team', 'TEAM_NAME', 273957),
    ('accessandcomplianceteam', 'Access and Compliance Team', 'TEAM_NAME', 464532),
    ('accessmanagementteam', 'Access Management Team', 'TEAM_NAME', 3412389),
    ('authenticatedusers', 'AUTHENTICATED_USERS', 'TEAM_NAME', 273948),
    ('public', 'PUBLIC', 'TEAM_NAME', 273949);
INSERT INTO principal_prefix (token, principal_id)
    SELECT squeezed, principal_id FROM alias WHERE principal_id <> 1;
INSERT INTO membership (member_id, group_id) VALUES (1, 2);

INSERT INTO node (id, kind, parent_id, project_id, benefactor_id, name, created_by, modified_by) VALUES
    (4489, 'folder', NULL, NULL, 4489, 'root', 1, 1),
    (1681355, 'folder', NULL, NULL, 1681355, 'trash', 1, 1);
INSERT INTO entity_version (node_id, number, label, modified_by) VALUES (4489, 1, '1', 1), (1681355, 1, '1', 1);
INSERT INTO acl (id) VALUES (4489), (1681355);
-- Everybody who signed in may create projects (bit 8) below the root.
INSERT INTO acl_entry (acl_id, principal_id, rights) VALUES (4489, 273948, 8);
INSERT INTO storage_location (id, kind, created_by) VALUES (1, 'managed-s3', 1);
