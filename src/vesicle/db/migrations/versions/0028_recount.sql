-- What a recount compares promises with.

-- ---------------------------------------------------------------------- usage
CREATE VIEW open_upload AS
    SELECT u.id AS upload_id, u.file_size AS bytes, l.kind <> 'managed-s3' AS is_custom,
           -- One that was replaced needs no promise, until somebody wants to complete it all the same.
           u.request_digest IS NOT NULL AS is_current
    FROM multipart_upload u JOIN storage_location l ON l.id = u.storage_location_id WHERE u.state = 'UPLOADING';
