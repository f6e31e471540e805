-- What must be met before anybody downloads from a part of the tree.

-- ----------------------------------------------------------------------- tree
CREATE SEQUENCE access_requirement_id_seq START 10000000;
-- It outlives its node: what was taken out of it to the trash can stays restricted when the node itself is purged.
CREATE TABLE access_requirement (
    id bigint PRIMARY KEY DEFAULT nextval('access_requirement_id_seq'),
    node_id bigint UNIQUE REFERENCES node ON DELETE SET NULL,
    etag uuid NOT NULL DEFAULT gen_random_uuid(),
    created_by bigint NOT NULL REFERENCES principal,
    created_on timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX access_requirement_created_by ON access_requirement (created_by);
-- The requirement of the nearest self-or-ancestor that has one, kept like the benefactor.
ALTER TABLE node ADD requirement_id bigint REFERENCES access_requirement;
CREATE INDEX node_requirement ON node (requirement_id) WHERE requirement_id IS NOT NULL;

-- ------------------------------------------------- what access asks of others
CREATE OR REPLACE VIEW protected_object AS
    SELECT n.id, n.kind, n.benefactor_id, n.created_by, n.project_id, coalesce(d.is_open, false) AS open_data,
           n.requirement_id
    FROM node n LEFT JOIN data_type d ON d.node_id = n.id;
CREATE OR REPLACE VIEW owned_object AS
    SELECT 'file handle' AS kind, id, created_by AS owner_id FROM file_handle
    UNION ALL SELECT 'upload', id, started_by FROM multipart_upload
    UNION ALL SELECT 'access token', id, principal_id FROM access_token WHERE kind = 'personal'
    UNION ALL SELECT 'job', id, started_by FROM async_job
    UNION ALL SELECT 'activity', id, created_by FROM activity
    UNION ALL SELECT 'trashed entity', node_id, deleted_by FROM trashed WHERE NOT purging
    -- Owned by its creator, and by every team of owner.txt.
    UNION ALL SELECT 'storage location', id, created_by FROM storage_location
    UNION ALL SELECT 'storage location', location_id, team_id FROM storage_location_team
    -- Whoever made it, the Access and Compliance Team alone decides about it.
    UNION ALL SELECT 'access requirement', id, 464532 FROM access_requirement;
