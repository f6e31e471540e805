-- What an administrator asks the records for.

-- ---------------------------------------------------------------------- audit
CREATE INDEX audit_record_deed ON audit_record (deed, id);
-- ---------------------------------------------------------------------- usage
CREATE INDEX download_record_object ON download_record (object_id, id) WHERE object_id IS NOT NULL;
CREATE INDEX download_record_handle ON download_record (file_handle_id, id);
