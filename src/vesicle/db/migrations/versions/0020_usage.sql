-- The ledger: who stores how much, who may store and send how much, and what is promised to uploads.

-- ---------------------------------------------------------------------- usage
-- What the operator says of a storage location beside what it is.
CREATE TABLE storage_terms (
    location_id bigint PRIMARY KEY REFERENCES storage_location ON DELETE CASCADE,
    -- A managed bucket that belongs to one organization alone.
    private_to bigint REFERENCES organization,
    egress text NOT NULL DEFAULT 'limited' CHECK (egress IN ('limited', 'open', 'unlimited')),
    -- Addresses from which reading costs nothing, because they are in the store's own region.
    region cidr[] NOT NULL DEFAULT '{}'
);
CREATE INDEX storage_terms_private ON storage_terms (private_to) WHERE private_to IS NOT NULL;
-- One row for each organization: the limits that hold now, and the counters that they are held against.
CREATE TABLE ledger_account (
    organization_id bigint PRIMARY KEY REFERENCES organization ON DELETE CASCADE,
    storage_limit bigint CHECK (storage_limit >= 0),
    custom_limit bigint CHECK (custom_limit >= 0),
    egress_limit bigint CHECK (egress_limit >= 0),
    egress_period text NOT NULL DEFAULT 'YEAR' CHECK (egress_period IN ('MONTH', 'YEAR')),
    opens_on timestamptz NOT NULL DEFAULT now(),
    closes_on timestamptz,
    stored bigint NOT NULL DEFAULT 0 CHECK (stored >= 0),
    reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    custom_stored bigint NOT NULL DEFAULT 0 CHECK (custom_stored >= 0),
    custom_reserved bigint NOT NULL DEFAULT 0 CHECK (custom_reserved >= 0),
    -- The highest threshold, in percent, that its managers were told of.
    told_of_storage integer NOT NULL DEFAULT 0,
    told_of_egress integer NOT NULL DEFAULT 0
);
-- What an upload that is not finished may still bring.
CREATE TABLE reservation (
    upload_id bigint PRIMARY KEY REFERENCES multipart_upload,
    organization_id bigint NOT NULL REFERENCES organization,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    is_custom boolean NOT NULL,
    reserved_on timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reservation_organization ON reservation (organization_id, upload_id);
-- Every file handle whose bytes count. It is charged to its home while no project refers to it.
CREATE TABLE charged_handle (
    handle_id bigint PRIMARY KEY REFERENCES file_handle,
    home_id bigint NOT NULL REFERENCES organization,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    location_id bigint NOT NULL,
    contributor_id bigint NOT NULL,
    is_custom boolean NOT NULL,
    charged_on timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX charged_handle_home ON charged_handle (home_id, handle_id);
-- A handle counts once in each project that refers to it; project 0 stands for none.
CREATE TABLE charge (
    handle_id bigint NOT NULL REFERENCES charged_handle ON DELETE CASCADE,
    project_id bigint NOT NULL,
    in_trash boolean NOT NULL,
    PRIMARY KEY (handle_id, project_id)
);
CREATE INDEX charge_project ON charge (project_id, handle_id);
CREATE TABLE project_storage (
    project_id bigint NOT NULL REFERENCES node ON DELETE CASCADE,
    location_id bigint NOT NULL REFERENCES storage_location,
    stored bigint NOT NULL DEFAULT 0 CHECK (stored >= 0),
    max_bytes bigint CHECK (max_bytes >= 0),
    PRIMARY KEY (project_id, location_id)
);
CREATE TABLE usage_total (
    organization_id bigint NOT NULL,
    project_id bigint NOT NULL,
    location_id bigint NOT NULL,
    contributor_id bigint NOT NULL,
    stored bigint NOT NULL,
    in_trash bigint NOT NULL,
    files bigint NOT NULL,
    PRIMARY KEY (organization_id, project_id, location_id, contributor_id)
);
CREATE INDEX usage_total_project ON usage_total (project_id);
-- What each day added and took away.
CREATE TABLE usage_day (
    organization_id bigint NOT NULL,
    day date NOT NULL,
    project_id bigint NOT NULL,
    location_id bigint NOT NULL,
    contributor_id bigint NOT NULL,
    stored bigint NOT NULL,
    in_trash bigint NOT NULL,
    files bigint NOT NULL,
    PRIMARY KEY (organization_id, day, project_id, location_id, contributor_id)
);
-- Bytes sent in a period, over shards, so that no row is hot.
CREATE TABLE egress_counter (
    organization_id bigint NOT NULL REFERENCES organization ON DELETE CASCADE,
    begins_on date NOT NULL,
    shard integer NOT NULL,
    bytes bigint NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (organization_id, begins_on, shard)
);
ALTER TABLE download_record
    ADD COLUMN organization_id bigint,
    ADD COLUMN project_id bigint,
    ADD COLUMN address inet;
CREATE INDEX download_record_organization ON download_record (organization_id, issued_on);
CREATE INDEX download_record_address ON download_record (file_handle_id, address, issued_on)
    WHERE principal_id = 273950;
-- The downloads of a day that is over, added up; what is newer is in the record alone.
CREATE TABLE egress_day (
    organization_id bigint NOT NULL,
    day date NOT NULL,
    project_id bigint NOT NULL,
    location_id bigint NOT NULL,
    downloads bigint NOT NULL,
    sent bigint NOT NULL,
    charged bigint NOT NULL,
    PRIMARY KEY (organization_id, day, project_id, location_id)
);
CREATE TABLE egress_rollup (
    day date PRIMARY KEY
);

-- The period of an agreement that contains today: it began on the same day of an earlier month or year.
CREATE FUNCTION period_begin(agreed timestamptz, period text) RETURNS date STABLE LANGUAGE sql AS $$
    SELECT ((agreed AT TIME ZONE 'UTC')::date + make_interval(months => (
        CASE period WHEN 'MONTH' THEN m ELSE (m / 12) * 12 END)))::date
    FROM (SELECT greatest(0, (extract(year FROM a) * 12 + extract(month FROM a))::integer) AS m
          FROM (SELECT age((now() AT TIME ZONE 'UTC')::date, (agreed AT TIME ZONE 'UTC')::date) AS a) s) t
$$;

-- ------------------------------------------------- what usage asks of others
-- The rooms above `usage` own files and their ties; these two views are all that it may know of them.
CREATE VIEW stored_file AS
    SELECT h.id AS handle_id,
           -- What nobody can look at is what its owner claims, and no object is larger than this.
           least(coalesce(h.content_size, 0), 5497558138880) AS bytes, h.storage_location_id AS location_id,
           h.created_by AS contributor_id, l.kind <> 'managed-s3' AS is_custom
    FROM file_handle h JOIN storage_location l ON l.id = h.storage_location_id
    WHERE h.bucket IS NOT NULL;
CREATE VIEW file_reference AS
    SELECT a.file_handle_id AS handle_id, a.object_id AS node_id, n.project_id,
           n.benefactor_id = 1681355 AS in_trash
    FROM file_association a JOIN node n ON n.id = a.object_id
    WHERE a.object_type IN ('FileEntity', 'TableEntity') AND n.project_id IS NOT NULL;

-- What is there already belongs to the organization of its project, or of the installation.
INSERT INTO ledger_account (organization_id, storage_limit, custom_limit, egress_limit, egress_period, opens_on, closes_on)
    SELECT o.id, least(p.storage_limit, o.own_storage_limit), p.custom_limit, least(p.egress_limit, o.own_egress_limit),
           p.egress_period, p.starts_on, p.ends_on
    FROM organization o JOIN plan p ON p.id = o.plan_id;
INSERT INTO reservation (upload_id, organization_id, bytes, is_custom)
    SELECT u.id, 1, u.file_size, l.kind <> 'managed-s3' FROM multipart_upload u
    JOIN storage_location l ON l.id = u.storage_location_id WHERE u.state = 'UPLOADING';
INSERT INTO charged_handle (handle_id, home_id, bytes, location_id, contributor_id, is_custom)
    SELECT handle_id, 1, bytes, location_id, contributor_id, is_custom FROM stored_file;
INSERT INTO charge (handle_id, project_id, in_trash)
    SELECT c.handle_id, coalesce(r.project_id, 0), coalesce(bool_and(r.in_trash), false)
    FROM charged_handle c LEFT JOIN file_reference r ON r.handle_id = c.handle_id GROUP BY 1, 2;
INSERT INTO usage_day
    SELECT coalesce(p.organization_id, h.home_id), (f.created_on AT TIME ZONE 'UTC')::date, c.project_id, h.location_id,
           h.contributor_id, sum(h.bytes), sum(CASE WHEN c.in_trash THEN h.bytes ELSE 0 END), count(*)
    FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id JOIN file_handle f ON f.id = c.handle_id
    LEFT JOIN node p ON p.id = c.project_id GROUP BY 1, 2, 3, 4, 5;
INSERT INTO usage_total
    SELECT organization_id, project_id, location_id, contributor_id, sum(stored), sum(in_trash), sum(files)
    FROM usage_day GROUP BY 1, 2, 3, 4;
INSERT INTO project_storage (project_id, location_id, stored)
    SELECT project_id, location_id, sum(stored) FROM usage_total WHERE project_id <> 0 GROUP BY 1, 2;
UPDATE ledger_account a SET stored = t.counted, custom_stored = t.custom FROM (
    SELECT coalesce(p.organization_id, h.home_id) AS id, coalesce(sum(h.bytes) FILTER (WHERE NOT h.is_custom), 0) AS counted,
           coalesce(sum(h.bytes) FILTER (WHERE h.is_custom), 0) AS custom
    FROM charge c JOIN charged_handle h ON h.handle_id = c.handle_id LEFT JOIN node p ON p.id = c.project_id GROUP BY 1
) t WHERE t.id = a.organization_id;
UPDATE ledger_account a SET reserved = t.counted, custom_reserved = t.custom FROM (
    SELECT organization_id, coalesce(sum(bytes) FILTER (WHERE NOT is_custom), 0) AS counted,
           coalesce(sum(bytes) FILTER (WHERE is_custom), 0) AS custom FROM reservation GROUP BY 1
) t WHERE t.organization_id = a.organization_id;
