-- Downloads from storage of every kind, of which some are in the region of their store, in today's and earlier periods.
INSERT INTO storage_terms (location_id, egress, region) VALUES (1, 'limited', '{10.0.0.0/8}'), (51, 'open', '{}');
INSERT INTO download_record (principal_id, file_handle_id, storage_location_id, size, charged, organization_id, project_id,
                             issued_on, address)
    SELECT 1, handle, place, 100, 100, organization, project, now() - make_interval(days => ago), address::inet
    FROM (VALUES (1000, 1, 70, 900, 0, NULL), (1000, 1, 70, 900, 1, '203.0.113.5'), (1000, 1, 70, 900, 1, '10.1.2.3'),
                 (1003, 50, 80, 902, 2, NULL), (1004, 51, 80, 902, 2, NULL), (1000, 1, 80, 902, 30, NULL),
                 (1000, 1, 80, 902, 0, '10.1.2.3')) r (handle, place, organization, project, ago, address);
INSERT INTO download_record (principal_id, credentials, storage_location_id, size, charged, organization_id, project_id)
    VALUES (1, 'read_only', 1, 0, 0, 70, 900);
INSERT INTO egress_counter (organization_id, begins_on, shard, bytes)
    VALUES (70, '2020-01-01', 5, 3), (70, (now() AT TIME ZONE 'UTC')::date, 5, 12345);
INSERT INTO egress_rollup SELECT d::date FROM generate_series(
    (now() AT TIME ZONE 'UTC')::date - 39, (now() AT TIME ZONE 'UTC')::date - 1, interval '1 day') d;
INSERT INTO egress_day (organization_id, day, project_id, location_id, downloads, sent, charged)
    SELECT coalesce(r.organization_id, 1), (r.issued_on AT TIME ZONE 'UTC')::date, coalesce(r.project_id, 0), coalesce(r.storage_location_id, 0),
           count(*), sum(r.size), sum(r.charged) FROM download_record r
    WHERE (r.issued_on AT TIME ZONE 'UTC')::date BETWEEN (now() AT TIME ZONE 'UTC')::date - 39
    AND (now() AT TIME ZONE 'UTC')::date - 1 GROUP BY 1, 2, 3, 4;
INSERT INTO egress_person_day (organization_id, day, principal_id, downloads, sent, charged)
    SELECT coalesce(r.organization_id, 1), (r.issued_on AT TIME ZONE 'UTC')::date, r.principal_id, count(*), sum(r.size),
           sum(r.charged) FROM download_record r
    WHERE (r.issued_on AT TIME ZONE 'UTC')::date BETWEEN (now() AT TIME ZONE 'UTC')::date - 39
    AND (now() AT TIME ZONE 'UTC')::date - 1 GROUP BY 1, 2, 3;
