-- What people put aside to download later.

-- ------------------------------------------------------------------- delivery
CREATE TABLE download_list_item (
    principal_id bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    node_id bigint NOT NULL REFERENCES node ON DELETE CASCADE,
    -- 0 is whatever version is the current one at the time of the download.
    number integer NOT NULL DEFAULT 0 CHECK (number >= 0),
    added_on timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal_id, node_id, number)
);
CREATE INDEX download_list_item_node ON download_list_item (node_id);
-- How long each list is; the constraint is the contract's limit.
CREATE TABLE download_list (
    principal_id bigint PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    items integer NOT NULL CHECK (items BETWEEN 0 AND 100000)
);
CREATE FUNCTION count_download_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO download_list (principal_id, items)
            SELECT principal_id, count(*) FROM changed GROUP BY principal_id ORDER BY principal_id
            ON CONFLICT (principal_id) DO UPDATE SET items = download_list.items + excluded.items;
    ELSE
        UPDATE download_list l SET items = l.items - gone.items
            FROM (SELECT principal_id, count(*) AS items FROM changed GROUP BY principal_id ORDER BY principal_id) gone
            WHERE l.principal_id = gone.principal_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER download_list_longer AFTER INSERT ON download_list_item REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_download_list();
CREATE TRIGGER download_list_shorter AFTER DELETE ON download_list_item REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_download_list();
