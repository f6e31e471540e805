-- What counts against limits of egress is told apart from what is charged, and follows a change of period and a merge.

-- ---------------------------------------------------------------------- usage
-- The bytes of `charged` that the counter has as well: not those of storage whose egress is not limited, and not those
-- that stayed in the region of the store.
ALTER TABLE download_record ADD counted bigint NOT NULL DEFAULT 0;
ALTER TABLE download_record DISABLE TRIGGER download_record_append_only;
-- What held for the storage at the time nobody knows any more, so what holds now decides.
UPDATE download_record r SET counted = r.charged
    FROM storage_location l LEFT JOIN storage_terms t ON t.location_id = l.id
    WHERE l.id = r.storage_location_id AND l.kind = 'managed-s3' AND coalesce(t.egress, 'limited') = 'limited'
    AND r.charged > 0 AND NOT coalesce(r.address <<= ANY (t.region), false);
ALTER TABLE download_record ENABLE TRIGGER download_record_append_only, ADD CHECK (counted BETWEEN 0 AND charged);

ALTER TABLE egress_day ADD counted bigint NOT NULL DEFAULT 0;
ALTER TABLE egress_person_day ADD counted bigint NOT NULL DEFAULT 0;
UPDATE egress_day d SET counted = s.counted FROM (
    SELECT coalesce(m.into_id, r.organization_id, 1) AS organization_id, (r.issued_on AT TIME ZONE 'UTC')::date AS day,
           coalesce(r.project_id, 0) AS project_id, coalesce(r.storage_location_id, 0) AS location_id,
           sum(r.counted) AS counted
    FROM download_record r LEFT JOIN merged_organization m ON m.id = r.organization_id WHERE r.counted > 0
    GROUP BY 1, 2, 3, 4
) s WHERE (d.organization_id, d.day, d.project_id, d.location_id) = (s.organization_id, s.day, s.project_id, s.location_id);
UPDATE egress_person_day d SET counted = s.counted FROM (
    SELECT coalesce(m.into_id, r.organization_id, 1) AS organization_id, (r.issued_on AT TIME ZONE 'UTC')::date AS day,
           r.principal_id, sum(r.counted) AS counted
    FROM download_record r LEFT JOIN merged_organization m ON m.id = r.organization_id WHERE r.counted > 0
    GROUP BY 1, 2, 3
) s WHERE (d.organization_id, d.day, d.principal_id) = (s.organization_id, s.day, s.principal_id);
ALTER TABLE egress_day DROP CONSTRAINT egress_day_pkey,
    ADD PRIMARY KEY (organization_id, day, project_id, location_id) INCLUDE (downloads, sent, charged, counted);
DROP INDEX egress_day_project;
CREATE INDEX egress_day_project ON egress_day (project_id, organization_id, day)
    INCLUDE (downloads, sent, charged, counted);
ALTER TABLE egress_person_day DROP CONSTRAINT egress_person_day_pkey,
    ADD PRIMARY KEY (organization_id, day, principal_id) INCLUDE (downloads, sent, charged, counted);

-- The period of an agreement that contains today, its end not included: periods begin on the day of the month on which
-- it was agreed, and in shorter months on the last one. They reach back before the agreement as well.
CREATE FUNCTION period_of(agreed timestamptz, period text, OUT begins_on date, OUT ends_on date)
STABLE LANGUAGE sql AS $$
    SELECT (a + make_interval(months => n))::date, (a + make_interval(months => n + step))::date
    FROM (SELECT (agreed AT TIME ZONE 'UTC')::date AS a, (now() AT TIME ZONE 'UTC')::date AS today,
                 CASE period WHEN 'MONTH' THEN 1 ELSE 12 END AS step) given,
         LATERAL (SELECT (((extract(year FROM today) - extract(year FROM a)) * 12
                           + extract(month FROM today) - extract(month FROM a))::integer / step) * step AS near) months,
         LATERAL (SELECT CASE WHEN (a + make_interval(months => near))::date > today THEN near - step ELSE near END AS n
         ) whole
$$;
CREATE OR REPLACE FUNCTION period_begin(agreed timestamptz, period text) RETURNS date STABLE LANGUAGE sql AS $$
    SELECT begins_on FROM period_of(agreed, period)
$$;

-- Who pays for a download, and how much more they may send; no room at all is no limit. The organization of the project
-- through which the caller has the file; without one, the first project that counts it, or its home. Until the end of
-- the transaction it is not merged and gets no other period. Volatile: what follows a wait is seen as it is after it.
CREATE FUNCTION paying_account(handle bigint, project bigint)
RETURNS TABLE (organization_id bigint, begins_on date, room bigint) ROWS 1 VOLATILE LANGUAGE plpgsql AS $$
DECLARE
    payer bigint;
BEGIN
    FOR attempt IN 1..3 LOOP
        payer := coalesce(
            (SELECT n.organization_id FROM node n WHERE n.id = project),
            (SELECT n.organization_id FROM charge c JOIN node n ON n.id = c.project_id
             WHERE c.handle_id = handle ORDER BY c.project_id LIMIT 1),
            (SELECT h.home_id FROM charged_handle h WHERE h.handle_id = handle), 1);
        PERFORM pg_advisory_xact_lock_shared(7346210, (payer % 2147483647)::int);
        RETURN QUERY
            SELECT a.organization_id, b.begins_on, a.egress_limit - CASE WHEN a.egress_limit IS NOT NULL THEN coalesce((
                       SELECT sum(e.bytes) FROM egress_counter e
                       WHERE e.organization_id = a.organization_id AND e.begins_on = b.begins_on), 0)::bigint END
            FROM ledger_account a, LATERAL (SELECT period_begin(a.opens_on, a.egress_period) AS begins_on) b
            WHERE a.organization_id = payer;
        -- Else it became part of another organization while this waited.
        EXIT WHEN FOUND;
    END LOOP;
END $$;
-- Nobody downloads at the expense of an organization until the end of the transaction.
CREATE FUNCTION hold_sending(organization bigint) RETURNS void VOLATILE LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(7346210, (organization % 2147483647)::int)
$$;

-- Periods began anew with a counter of nothing whenever they were changed; from now on it is the sum of what counts.
DELETE FROM egress_counter;
INSERT INTO egress_counter (organization_id, begins_on, shard, bytes)
    SELECT a.organization_id, p.begins_on, 0, sum(r.counted)
    FROM download_record r LEFT JOIN merged_organization m ON m.id = r.organization_id
    JOIN ledger_account a ON a.organization_id = coalesce(m.into_id, r.organization_id, 1),
         LATERAL (SELECT period_begin(a.opens_on, a.egress_period) AS begins_on) p
    WHERE r.counted > 0 AND r.issued_on >= p.begins_on::timestamp AT TIME ZONE 'UTC' GROUP BY 1, 2;

-- ------------------------------------------------------------- organizations
-- What an organization was told that is part of this one now; it holds for this one no more.
ALTER TABLE organization_notice ADD merged_from bigint;

-- ----------------------------------------------------------------------- jobs
-- Where the request came from.
ALTER TABLE async_job ADD address inet;
