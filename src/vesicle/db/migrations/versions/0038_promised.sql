-- What is promised to uploads into one project goes with it to another organization.

-- ---------------------------------------------------------------------- usage
CREATE INDEX reservation_project ON reservation (project_id, upload_id) WHERE project_id <> 0;

-- What nobody can look at is what its owner claims; claims beyond the largest object of any store are refused by now.
CREATE OR REPLACE VIEW stored_file AS
    SELECT h.id AS handle_id, least(coalesce(h.content_size, 0), 50000000000000) AS bytes,
           h.storage_location_id AS location_id, h.created_by AS contributor_id, l.kind <> 'managed-s3' AS is_custom
    FROM file_handle h JOIN storage_location l ON l.id = h.storage_location_id
    WHERE h.bucket IS NOT NULL;

-- ------------------------------------------------------------------ locations
-- A reference of a store may hold its owner's keys, sealed.
ALTER TABLE storage_location DROP CONSTRAINT storage_location_endpoint_check;
ALTER TABLE storage_location ADD CHECK (length(endpoint) <= 2000);
