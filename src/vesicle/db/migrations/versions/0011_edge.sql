-- What the edge itself has to remember.

-- ------------------------------------------------------------------------ web
-- How often a caller used a sensitive door in the current window.
CREATE TABLE request_count (
    caller text COLLATE "C" PRIMARY KEY CHECK (length(caller) <= 200),
    began timestamptz NOT NULL,
    count bigint NOT NULL CHECK (count > 0)
);
CREATE INDEX request_count_began ON request_count (began);
-- The last row is the status that holds; the others are the record of those before.
CREATE SEQUENCE stack_status_id_seq START 10000000;
CREATE TABLE stack_status (
    id bigint PRIMARY KEY DEFAULT nextval('stack_status_id_seq'),
    status text NOT NULL CHECK (status IN ('READ_WRITE', 'READ_ONLY', 'DOWN')),
    current_message text CHECK (length(current_message) <= 2000),
    pending_message text CHECK (length(pending_message) <= 2000),
    set_by bigint NOT NULL,
    set_on timestamptz NOT NULL DEFAULT now()
);
