-- What is promised to uploads into one project goes with it to another organization.

-- ---------------------------------------------------------------------- usage
CREATE INDEX reservation_project ON reservation (project_id, upload_id) WHERE project_id <> 0;
