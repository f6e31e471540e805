-- The default storage of an organization is a storage location that there is.

-- ------------------------------------------------------------- organizations
UPDATE organization o SET default_location_id = NULL
    WHERE NOT EXISTS (SELECT 1 FROM storage_location l WHERE l.id = o.default_location_id);
ALTER TABLE organization ADD FOREIGN KEY (default_location_id) REFERENCES storage_location;
CREATE INDEX organization_default_location ON organization (default_location_id) WHERE default_location_id IS NOT NULL;
