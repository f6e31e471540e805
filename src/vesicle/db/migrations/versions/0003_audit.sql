-- The record of deeds that an administrator can ask about.

-- ---------------------------------------------------------------------- audit
CREATE SEQUENCE audit_record_id_seq START 10000000;
CREATE TABLE audit_record (
    id bigint PRIMARY KEY DEFAULT nextval('audit_record_id_seq'),
    done_on timestamptz NOT NULL DEFAULT now(),
    actor_id bigint,
    deed text NOT NULL CHECK (length(deed) BETWEEN 1 AND 64),
    object_type text NOT NULL CHECK (length(object_type) BETWEEN 1 AND 64),
    object_id text CHECK (length(object_id) <= 256),
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_record_object ON audit_record (object_type, object_id, id);
CREATE INDEX audit_record_actor ON audit_record (actor_id, id);
CREATE INDEX audit_record_time ON audit_record USING brin (done_on);
CREATE TRIGGER audit_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
