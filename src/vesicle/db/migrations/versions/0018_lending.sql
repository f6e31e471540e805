-- Credentials are lent, and files are copied inside a store.

-- ---------------------------------------------------------------------- usage
ALTER TABLE download_record
    ALTER file_handle_id DROP NOT NULL,
    -- The permission that temporary credentials were lent with; such a row is about a whole location and no file.
    ADD credentials text CHECK (credentials IN ('read_only', 'read_write')),
    ADD CHECK ((credentials IS NULL) = (file_handle_id IS NOT NULL));

-- ---------------------------------------------------------------------- files
ALTER TABLE multipart_upload
    -- What a copy takes its parts from, and the object's ETag when it began.
    ADD source_handle_id bigint,
    ADD source_bucket text,
    ADD source_key text,
    ADD source_etag text,
    ADD CHECK (num_nulls(source_handle_id, source_bucket, source_key, source_etag) IN (0, 4));
