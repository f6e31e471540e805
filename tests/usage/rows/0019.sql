-- Before there was a ledger: three organizations, a project of each of two and of the installation, six files of which one
-- lies in the trash can, one is in two projects, one in somebody's own bucket and one nowhere, an upload under way, and a
-- download on record.
INSERT INTO storage_location (id, kind, created_by, bucket) VALUES (50, 'external-s3', 1, 'own'), (51, 'managed-s3', 1, NULL);
INSERT INTO plan (id, kind, storage_limit, egress_limit, egress_period, starts_on, created_by) VALUES
    (70, 'SELF_MANAGED', 1000, 5000, 'MONTH', now() - interval '70 days', 1),
    (80, 'BASIC', 1000, 5000, 'YEAR', now() - interval '400 days', 1), (90, 'BASIC', 1000, 1000, 'YEAR', now(), 1);
INSERT INTO organization (id, name, plan_id) VALUES (70, 'Group', 70), (80, 'Own', 80), (90, 'Gone', 90);
INSERT INTO node (id, kind, parent_id, project_id, benefactor_id, organization_id, name, created_by, modified_by) VALUES
    (900, 'project', 4489, 900, 900, 70, 'a', 1, 1), (901, 'project', 4489, 901, 901, 1, 'b', 1, 1),
    (902, 'project', 4489, 902, 902, 80, 'c', 1, 1);
INSERT INTO node (id, kind, parent_id, project_id, benefactor_id, name, created_by, modified_by) VALUES
    (910, 'file', 900, 900, 900, 'x', 1, 1), (911, 'file', 1681355, 900, 1681355, 'y', 1, 1),
    (912, 'file', 901, 901, 901, 'z', 1, 1), (913, 'file', 902, 902, 902, 'own', 1, 1),
    (914, 'file', 902, 902, 902, 'other', 1, 1);
INSERT INTO file_handle (id, kind, created_by, created_on, file_name, content_md5, content_size, storage_location_id,
                         bucket, key, verification)
    SELECT id, 's3', 1, now() - interval '20 days', 'f', '00000000000000000000000000000000', size, place, 'b', 'k' || id, 'claimed'
    FROM (VALUES (1000, 100, 1), (1001, 50, 1), (1002, 20, 1), (1003, 700, 50), (1004, 30, 51)) f (id, size, place);
INSERT INTO file_association (file_handle_id, object_type, object_id, object_version) VALUES
    (1000, 'FileEntity', 910, 1), (1001, 'FileEntity', 911, 1), (1000, 'FileEntity', 912, 1),
    (1003, 'FileEntity', 913, 1), (1004, 'FileEntity', 914, 1);
INSERT INTO multipart_upload (id, started_by, request_digest, file_name, content_type, content_md5, file_size, part_size,
                              parts, generate_preview, storage_location_id, bucket, key, store_upload_id)
    VALUES (1100, 1, '\x01', 'f', 'text/plain', '00000000000000000000000000000000', 40, 5242880, 1, false, 1, 'b', 'u', 'none');
INSERT INTO download_record (principal_id, file_handle_id, storage_location_id, size, charged, issued_on)
    VALUES (1, 1000, 1, 100, 100, now() - interval '60 days');
