-- What is copied, restored and waited for is told more exactly.

-- ---------------------------------------------------------------------- files
-- Which version a copy takes its parts from; none where the bucket keeps no versions.
ALTER TABLE multipart_upload ADD source_version_id text;

-- ----------------------------------------------------------------------- tree
-- Whether who deleted it might have moved it instead: then it may be restored to other places, too.
ALTER TABLE trashed ADD may_move boolean NOT NULL DEFAULT false;

-- ----------------------------------------------------------------------- jobs
-- Who works on a storage location just now, and how many jobs of somebody are open.
CREATE INDEX async_job_location ON async_job ((request ->> 'storageLocationId')) WHERE state = 'PROCESSING';
CREATE INDEX async_job_open ON async_job (started_by) WHERE state = 'PROCESSING';
