-- What a download asks before anything else costs a third as much: sums of dates are done by PL/pgSQL itself, and one row
-- is no set. The answers are the same.

-- ---------------------------------------------------------------------- usage
-- The first day of the period of an agreement that contains today, or of a later one. Periods begin on the day of the
-- month on which it was agreed, and in shorter months on the last one; they reach back before the agreement as well.
CREATE FUNCTION period_day(agreed timestamptz, period text, later integer) RETURNS date STABLE LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    first date := (agreed AT TIME ZONE 'UTC')::date;
    step integer := CASE period WHEN 'MONTH' THEN 1 ELSE 12 END;
    months integer := (date_part('year', today) - date_part('year', first)) * 12
                      + date_part('month', today) - date_part('month', first);
BEGIN
    months := months / step * step;
    IF first + make_interval(months => months) > today THEN
        months := months - step;
    END IF;
    RETURN first + make_interval(months => months + later * step);
END $$;
CREATE OR REPLACE FUNCTION period_of(agreed timestamptz, period text, OUT begins_on date, OUT ends_on date)
STABLE LANGUAGE sql AS $$
    SELECT period_day(agreed, period, 0), period_day(agreed, period, 1)
$$;
CREATE OR REPLACE FUNCTION period_begin(agreed timestamptz, period text) RETURNS date STABLE LANGUAGE sql AS $$
    SELECT period_day(agreed, period, 0)
$$;

-- Who pays for a download, and how much more they may send; no room at all is no limit. The organization of the project
-- through which the caller has the file; without one, the first project that counts it, or its home. Until the end of
-- the transaction it is not merged and gets no other period. Volatile: what follows a wait is seen as it is after it.
DROP FUNCTION paying_account(bigint, bigint);
CREATE FUNCTION paying_account(
    handle bigint, project bigint, OUT organization_id bigint, OUT begins_on date, OUT room bigint
) VOLATILE LANGUAGE plpgsql AS $$
DECLARE
    payer bigint;
BEGIN
    FOR attempt IN 1..3 LOOP
        SELECT n.organization_id INTO payer FROM node n WHERE n.id = project;
        IF payer IS NULL THEN
            payer := coalesce(
                (SELECT n.organization_id FROM charge c JOIN node n ON n.id = c.project_id
                 WHERE c.handle_id = handle ORDER BY c.project_id LIMIT 1),
                (SELECT h.home_id FROM charged_handle h WHERE h.handle_id = handle), 1);
        END IF;
        PERFORM pg_advisory_xact_lock_shared(7346210, (payer % 2147483647)::int);
        SELECT a.organization_id, b.begins_on, a.egress_limit - CASE WHEN a.egress_limit IS NOT NULL THEN coalesce((
                   SELECT sum(e.bytes) FROM egress_counter e
                   WHERE e.organization_id = a.organization_id AND e.begins_on = b.begins_on), 0)::bigint END
            INTO organization_id, begins_on, room
            FROM ledger_account a, LATERAL (SELECT period_day(a.opens_on, a.egress_period, 0) AS begins_on) b
            WHERE a.organization_id = payer;
        -- Else it became part of another organization while this waited.
        EXIT WHEN FOUND;
    END LOOP;
END $$;
