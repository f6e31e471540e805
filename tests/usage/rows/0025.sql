-- One organization has become part of another. Its record was added up after that, and still for the one that is no more.
INSERT INTO download_record (principal_id, file_handle_id, storage_location_id, size, charged, organization_id, project_id,
                             issued_on) VALUES
    (1, 1000, 1, 100, 100, 70, 900, now() - interval '50 days'), (2, 1000, 1, 100, 100, 90, NULL, now() - interval '50 days'),
    (2, 1000, 1, 100, 0, 70, 900, now() - interval '45 days');
INSERT INTO merged_organization (id, into_id) VALUES (90, 70);
DELETE FROM ledger_account WHERE organization_id = 90;
DELETE FROM organization WHERE id = 90;
INSERT INTO egress_rollup SELECT d::date FROM generate_series(
    (now() AT TIME ZONE 'UTC')::date - 60, (now() AT TIME ZONE 'UTC')::date - 40, interval '1 day') d;
INSERT INTO egress_day (organization_id, day, project_id, location_id, downloads, sent, charged)
    SELECT coalesce(r.organization_id, 1), (r.issued_on AT TIME ZONE 'UTC')::date, coalesce(r.project_id, 0), coalesce(r.storage_location_id, 0),
           count(*), sum(r.size), sum(r.charged) FROM download_record r
    WHERE (r.issued_on AT TIME ZONE 'UTC')::date BETWEEN (now() AT TIME ZONE 'UTC')::date - 60
    AND (now() AT TIME ZONE 'UTC')::date - 40 GROUP BY 1, 2, 3, 4;
