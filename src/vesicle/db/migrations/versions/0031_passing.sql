-- Zips and manifests are made to be fetched at once, and hold room for hours, not for as long as files that were uploaded.

-- ---------------------------------------------------------------------- usage
ALTER TABLE charge ADD kept_until timestamptz;
CREATE INDEX charge_kept_until ON charge (kept_until, handle_id) WHERE kept_until IS NOT NULL;
-- For which project bytes are promised, where the request of the upload said so; 0 stands for none.
ALTER TABLE reservation ADD project_id bigint NOT NULL DEFAULT 0;
