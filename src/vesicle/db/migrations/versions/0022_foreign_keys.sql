-- Who removes a team, a person or an entity is asked whether something names it still. Without these indexes that
-- question reads whole tables: every entity and every version, for one team.

-- ----------------------------------------------------------------------- tree
CREATE INDEX node_created_by ON node (created_by);
CREATE INDEX node_modified_by ON node (modified_by);

-- ------------------------------------------------------------------- entities
CREATE INDEX entity_version_modified_by ON entity_version (modified_by);
CREATE INDEX data_type_updated_by ON data_type (updated_by);
CREATE INDEX activity_created_by ON activity (created_by);
CREATE INDEX activity_modified_by ON activity (modified_by);

-- ------------------------------------------------------------------ locations
CREATE INDEX storage_location_benefactor ON storage_location (benefactor_id) WHERE benefactor_id IS NOT NULL;

-- ------------------------------------------------------------- organizations
CREATE INDEX organization_created_by ON organization (created_by);
CREATE INDEX organization_invitation_invited_by ON organization_invitation (invited_by);
CREATE INDEX plan_created_by ON plan (created_by);
CREATE INDEX plan_request_organization ON plan_request (organization_id);
CREATE INDEX plan_request_decided_by ON plan_request (decided_by) WHERE decided_by IS NOT NULL;

-- ---------------------------------------------------------------------- teams
CREATE INDEX team_created_by ON team (created_by);
CREATE INDEX team_modified_by ON team (modified_by);

-- ----------------------------------------------------------------------- jobs
CREATE INDEX async_job_started_by ON async_job (started_by);
