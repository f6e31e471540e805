-- E-mail on its way, and the links in it.

-- ----------------------------------------------------------------------- mail
CREATE SEQUENCE email_id_seq START 10000000;
CREATE TABLE email (
    id bigint PRIMARY KEY DEFAULT nextval('email_id_seq'),
    recipient text NOT NULL CHECK (length(recipient) BETWEEN 3 AND 254 AND recipient !~ '[[:space:][:cntrl:]]'),
    subject text NOT NULL CHECK (length(subject) <= 300 AND subject !~ '[[:cntrl:]]'),
    text text NOT NULL CHECK (length(text) <= 100000),
    unsubscribe_url text CHECK (length(unsubscribe_url) <= 2000 AND unsubscribe_url !~ '[[:space:][:cntrl:]]'),
    queued_on timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'kept', 'failed')),
    settled_on timestamptz,
    trouble text,
    CHECK ((state = 'queued') = (settled_on IS NULL))
);
CREATE INDEX email_settled ON email (settled_on) WHERE settled_on IS NOT NULL;
-- What a link in an e-mail proves. The secret itself is in the e-mail alone.
CREATE TABLE mail_link (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    purpose text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 64),
    subject text COLLATE "C" NOT NULL CHECK (length(subject) <= 320),
    facts jsonb NOT NULL,
    created_on timestamptz NOT NULL DEFAULT now(),
    expires_on timestamptz NOT NULL
);
CREATE INDEX mail_link_subject ON mail_link (subject, purpose);
CREATE INDEX mail_link_expiry ON mail_link (expires_on);
