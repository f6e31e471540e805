-- What is told of usage costs the same however much there is: sums are kept, and lists are read in their order.

-- ---------------------------------------------------------------------- usage
ALTER TABLE ledger_account
    ADD COLUMN in_trash bigint NOT NULL DEFAULT 0 CHECK (in_trash >= 0),
    ADD COLUMN files bigint NOT NULL DEFAULT 0 CHECK (files >= 0);
UPDATE ledger_account a SET in_trash = t.in_trash, files = t.files FROM (
    SELECT organization_id, sum(in_trash) AS in_trash, sum(files) AS files FROM usage_total GROUP BY 1
) t WHERE t.organization_id = a.organization_id;

-- Whose a handle in no project is; 0 in a project. The handles of a project, or of none, are read in their order.
ALTER TABLE charge ADD COLUMN home_id bigint NOT NULL DEFAULT 0;
UPDATE charge c SET home_id = h.home_id FROM charged_handle h WHERE h.handle_id = c.handle_id AND c.project_id = 0;
ALTER TABLE charge ADD CHECK ((project_id = 0) = (home_id <> 0));
DROP INDEX charge_project;
CREATE INDEX charge_project ON charge (project_id, home_id, handle_id);

-- Downloads are told of in the order of time, the newest first.
DROP INDEX download_record_time, download_record_object, download_record_handle, download_record_organization;
CREATE INDEX download_record_time ON download_record (issued_on, id);
CREATE INDEX download_record_object ON download_record (object_id, issued_on, id) WHERE object_id IS NOT NULL;
CREATE INDEX download_record_handle ON download_record (file_handle_id, issued_on, id);
CREATE INDEX download_record_organization ON download_record (organization_id, issued_on, id);
CREATE INDEX download_record_project ON download_record (organization_id, coalesce(project_id, 0), issued_on, id);

-- Reports of a year add up very many days; the index alone has all that they need.
ALTER TABLE egress_day DROP CONSTRAINT egress_day_pkey,
    ADD PRIMARY KEY (organization_id, day, project_id, location_id) INCLUDE (downloads, sent, charged);
CREATE INDEX egress_day_project ON egress_day (project_id, organization_id, day) INCLUDE (downloads, sent, charged);
ALTER TABLE egress_person_day DROP CONSTRAINT egress_person_day_pkey,
    ADD PRIMARY KEY (organization_id, day, principal_id) INCLUDE (downloads, sent, charged);
-- As long as each night's rows are known to be visible to all.
ALTER TABLE egress_day SET (autovacuum_vacuum_insert_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0);
ALTER TABLE egress_person_day SET (autovacuum_vacuum_insert_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0);

-- ----------------------------------------------------------------------- tree
DROP INDEX node_organization;
CREATE INDEX node_organization ON node (organization_id, id) WHERE organization_id IS NOT NULL;
