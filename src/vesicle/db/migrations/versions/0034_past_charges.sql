-- What was stored at the end of a day that is over can be followed to file handles: where each counted, and how long.

-- ---------------------------------------------------------------------- usage
-- Of days before this one nothing is known of what has gone since: what is there counts as it does now, from the day on
-- which it began to count where it does, as far as that was kept, and else from the day on which it was stored.
CREATE TABLE past_begin (
    first_day date PRIMARY KEY
);
INSERT INTO past_begin VALUES ((now() AT TIME ZONE 'UTC')::date);

-- What no project refers to any more is the organization's that paid for it last.
UPDATE charge c SET home_id = h.home_id FROM charged_handle h
    WHERE h.handle_id = c.handle_id AND c.project_id = 0 AND c.home_id <> h.home_id;
-- The first day at whose end a handle counts as it does now. What changes that after a midnight leaves a past charge.
ALTER TABLE charge ADD first_day date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date;
UPDATE charge c SET first_day = (least(
        c.since, CASE WHEN c.since = (SELECT min(since) FROM charge) THEN f.created_on END) AT TIME ZONE 'UTC')::date
    FROM file_handle f WHERE f.id = c.handle_id;
DROP INDEX charge_project;
CREATE INDEX charge_project ON charge (project_id, home_id, first_day, handle_id);

-- How a handle counted at the end of each day from the first to the last. What began and ended on one day never did.
CREATE TABLE past_charge (
    project_id bigint NOT NULL,
    home_id bigint NOT NULL,
    last_day date NOT NULL,
    first_day date NOT NULL,
    handle_id bigint NOT NULL,
    bytes bigint NOT NULL,
    location_id bigint NOT NULL,
    contributor_id bigint NOT NULL,
    is_custom boolean NOT NULL,
    in_trash boolean NOT NULL,
    PRIMARY KEY (project_id, home_id, last_day, first_day, handle_id),
    CHECK (first_day <= last_day),
    CHECK ((project_id = 0) = (home_id <> 0))
);
-- Both together, in the order in which they are told of: what counts now has no last day yet.
CREATE VIEW day_charge AS
    SELECT c.project_id, c.home_id, 'infinity'::date AS last_day, c.first_day, c.handle_id, h.bytes, h.location_id,
           h.contributor_id, h.is_custom, c.in_trash
    FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id
    UNION ALL
    SELECT project_id, home_id, last_day, first_day, handle_id, bytes, location_id, contributor_id, is_custom, in_trash
    FROM past_charge;
-- Which organization a project was in until the end of a day: since the stay before it, or from the beginning.
CREATE TABLE past_stay (
    project_id bigint NOT NULL,
    last_day date NOT NULL,
    organization_id bigint NOT NULL REFERENCES organization,
    PRIMARY KEY (project_id, last_day)
);
CREATE INDEX past_stay_organization ON past_stay (organization_id);

-- A deed that began before midnight may come after one that began behind it; then nothing ended before its day.
CREATE FUNCTION keep_past_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO past_charge
        SELECT OLD.project_id, OLD.home_id, (now() AT TIME ZONE 'UTC')::date - 1, OLD.first_day, OLD.handle_id, h.bytes,
               h.location_id, h.contributor_id, h.is_custom, OLD.in_trash
        FROM charged_handle h WHERE h.handle_id = OLD.handle_id
        ON CONFLICT DO NOTHING;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    NEW.first_day := (now() AT TIME ZONE 'UTC')::date;
    RETURN NEW;
END $$;
CREATE TRIGGER charge_ends BEFORE DELETE ON charge FOR EACH ROW
    WHEN (OLD.first_day < (now() AT TIME ZONE 'UTC')::date) EXECUTE FUNCTION keep_past_charge();
CREATE TRIGGER charge_changes BEFORE UPDATE OF in_trash ON charge FOR EACH ROW
    WHEN (OLD.in_trash <> NEW.in_trash AND OLD.first_day < (now() AT TIME ZONE 'UTC')::date)
    EXECUTE FUNCTION keep_past_charge();

-- The charges of a handle end before the handle does, so that its size is known.
CREATE FUNCTION end_charges() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM charge WHERE handle_id = OLD.handle_id;
    RETURN OLD;
END $$;
CREATE TRIGGER charged_handle_ends BEFORE DELETE ON charged_handle FOR EACH ROW EXECUTE FUNCTION end_charges();

-- And when a recount finds that it is another size, or stands elsewhere, they end as what they were.
CREATE FUNCTION begin_charges_anew() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    INSERT INTO past_charge
        SELECT c.project_id, c.home_id, today - 1, c.first_day, c.handle_id, OLD.bytes, OLD.location_id,
               OLD.contributor_id, OLD.is_custom, c.in_trash
        FROM charge c WHERE c.handle_id = OLD.handle_id AND c.first_day < today
        ON CONFLICT DO NOTHING;
    UPDATE charge SET first_day = today WHERE handle_id = OLD.handle_id AND first_day < today;
    RETURN NEW;
END $$;
CREATE TRIGGER charged_handle_changes BEFORE UPDATE OF bytes, location_id, contributor_id, is_custom ON charged_handle
    FOR EACH ROW WHEN ((OLD.bytes, OLD.location_id, OLD.contributor_id, OLD.is_custom)
        IS DISTINCT FROM (NEW.bytes, NEW.location_id, NEW.contributor_id, NEW.is_custom))
    EXECUTE FUNCTION begin_charges_anew();

-- A project goes to another organization, or is no more. Of several moves on a day the first one knows where it was the
-- day before.
CREATE FUNCTION keep_past_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO past_stay VALUES (OLD.id, (now() AT TIME ZONE 'UTC')::date - 1, OLD.organization_id)
        ON CONFLICT (project_id, last_day) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER node_leaves AFTER UPDATE OF organization_id ON node FOR EACH ROW
    WHEN (OLD.organization_id <> NEW.organization_id) EXECUTE FUNCTION keep_past_stay();
CREATE TRIGGER node_goes AFTER DELETE ON node FOR EACH ROW
    WHEN (OLD.organization_id IS NOT NULL) EXECUTE FUNCTION keep_past_stay();
