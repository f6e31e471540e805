-- Numbers of usage can be followed down: after a merge too, and of what is promised and sent by whom to whom.

-- ---------------------------------------------------------------------- usage
-- The downloads of each person on a day that is over, added up beside those of each project.
CREATE TABLE egress_person_day (
    organization_id bigint NOT NULL,
    day date NOT NULL,
    principal_id bigint NOT NULL,
    downloads bigint NOT NULL,
    sent bigint NOT NULL,
    charged bigint NOT NULL,
    PRIMARY KEY (organization_id, day, principal_id)
);
INSERT INTO egress_person_day
    SELECT coalesce(m.into_id, r.organization_id, 1), (r.issued_on AT TIME ZONE 'UTC')::date, r.principal_id, count(*),
           sum(r.size), sum(r.charged)
    FROM download_record r LEFT JOIN merged_organization m ON m.id = r.organization_id
    WHERE r.issued_on < ((SELECT max(day) FROM egress_rollup) + 1)::timestamp AT TIME ZONE 'UTC' GROUP BY 1, 2, 3;
-- What was added up for organizations after they had become part of another is that one's.
INSERT INTO egress_day AS t
    SELECT m.into_id, d.day, d.project_id, d.location_id, sum(d.downloads), sum(d.sent), sum(d.charged)
    FROM egress_day d JOIN merged_organization m ON m.id = d.organization_id GROUP BY 1, 2, 3, 4
    ON CONFLICT (organization_id, day, project_id, location_id) DO UPDATE SET
        downloads = t.downloads + EXCLUDED.downloads, sent = t.sent + EXCLUDED.sent,
        charged = t.charged + EXCLUDED.charged;
DELETE FROM egress_day d USING merged_organization m WHERE m.id = d.organization_id;
-- Of an upload that is not finished: who sends it, and where to.
CREATE VIEW promised_upload AS
    SELECT id AS upload_id, started_by AS contributor_id, storage_location_id AS location_id FROM multipart_upload;
