-- Every kind of entity, provenance, favourites, open data, and the purge of the trash can.

-- ----------------------------------------------------------------------- tree
ALTER TABLE node DROP CONSTRAINT node_kind_check;
ALTER TABLE node ADD CONSTRAINT node_kind_check CHECK (kind IN (
    'project', 'folder', 'file', 'link', 'table', 'entityview', 'submissionview', 'dataset', 'datasetcollection',
    'materializedview', 'virtualtable', 'dockerrepo', 'recordset', 'searchindex'));
-- The newest change in each project is one look-up.
DROP INDEX node_project;
CREATE INDEX node_project_modified ON node (project_id, modified_on);
-- From this moment on nobody can restore it any more.
ALTER TABLE trashed ADD COLUMN purging boolean NOT NULL DEFAULT false;
CREATE INDEX trashed_on ON trashed (deleted_on);

-- ---------------------------------------------------------------------- files
CREATE INDEX file_handle_md5 ON file_handle (content_md5);

-- ------------------------------------------------------------------- entities
CREATE TABLE data_type (
    node_id bigint PRIMARY KEY REFERENCES node ON DELETE CASCADE,
    is_open boolean NOT NULL,
    updated_by bigint NOT NULL REFERENCES principal,
    updated_on timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE favorite (
    principal_id bigint NOT NULL REFERENCES principal ON DELETE CASCADE,
    node_id bigint NOT NULL REFERENCES node ON DELETE CASCADE,
    favorited_on timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal_id, node_id)
);
CREATE INDEX favorite_node ON favorite (node_id);
CREATE SEQUENCE activity_id_seq START 10000000;
CREATE TABLE activity (
    id bigint PRIMARY KEY DEFAULT nextval('activity_id_seq'),
    name text,
    description text,
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now(),
    modified_by bigint NOT NULL REFERENCES principal,
    modified_on timestamptz NOT NULL DEFAULT now(),
    used jsonb NOT NULL
);
-- What only one kind of entity has, and what made the version. An activity cannot go while a version names it.
ALTER TABLE entity_version ADD COLUMN content jsonb NOT NULL DEFAULT '{}';
ALTER TABLE entity_version ADD COLUMN activity_id bigint REFERENCES activity;
CREATE INDEX entity_version_activity ON entity_version (activity_id) WHERE activity_id IS NOT NULL;

-- ------------------------------------------------- what access asks of others
CREATE OR REPLACE VIEW protected_object AS
    SELECT n.id, n.kind, n.benefactor_id, n.created_by, n.project_id, coalesce(d.is_open, false) AS open_data
    FROM node n LEFT JOIN data_type d ON d.node_id = n.id;
CREATE OR REPLACE VIEW owned_object AS
    SELECT 'file handle' AS kind, id, created_by AS owner_id FROM file_handle
    UNION ALL SELECT 'upload', id, started_by FROM multipart_upload
    UNION ALL SELECT 'access token', id, principal_id FROM access_token WHERE kind = 'personal'
    UNION ALL SELECT 'job', id, started_by FROM async_job
    UNION ALL SELECT 'activity', id, created_by FROM activity
    UNION ALL SELECT 'trashed entity', node_id, deleted_by FROM trashed WHERE NOT purging;
