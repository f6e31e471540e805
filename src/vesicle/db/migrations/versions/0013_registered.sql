-- File handles of what vesicle cannot reach.

-- ---------------------------------------------------------------------- files
ALTER TABLE file_handle
    DROP CONSTRAINT file_handle_kind_check,
    DROP CONSTRAINT file_handle_check,
    DROP CONSTRAINT file_handle_check1,
    ADD CHECK (kind IN ('s3', 'external', 'object-store', 'proxy')),
    ADD CHECK ((kind IN ('s3', 'object-store')) = (bucket IS NOT NULL AND key IS NOT NULL AND content_size IS NOT NULL
                                                   AND storage_location_id IS NOT NULL)),
    -- The URL, or the path behind the proxy.
    ADD CHECK ((kind IN ('external', 'proxy')) = (external_url IS NOT NULL)),
    ADD CHECK (kind <> 'proxy' OR storage_location_id IS NOT NULL);
