-- Messages between people.

-- ------------------------------------------------------------------- messages
CREATE SEQUENCE message_id_seq START 10000000;
CREATE TABLE message (
    id bigint PRIMARY KEY DEFAULT nextval('message_id_seq'),
    created_by bigint NOT NULL REFERENCES person ON DELETE RESTRICT,
    created_on timestamptz NOT NULL DEFAULT now(),
    subject text CHECK (length(subject) <= 1000),
    file_handle_id bigint NOT NULL REFERENCES file_handle ON DELETE RESTRICT,
    in_reply_to bigint REFERENCES message ON DELETE SET NULL,
    -- The first message of the conversation, which an administrator may have removed since.
    root_id bigint NOT NULL,
    -- As the sender named them: people and teams. Who got it stands below.
    recipients bigint[] NOT NULL,
    unsubscribe_endpoint text CHECK (length(unsubscribe_endpoint) <= 1000),
    mailed_on timestamptz
);
CREATE INDEX message_sender ON message (created_by, id);
CREATE INDEX message_root ON message (root_id, id);
CREATE INDEX message_reply ON message (in_reply_to) WHERE in_reply_to IS NOT NULL;
CREATE INDEX message_body ON message (file_handle_id);
CREATE TABLE message_copy (
    message_id bigint NOT NULL REFERENCES message ON DELETE CASCADE,
    recipient_id bigint NOT NULL REFERENCES person ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'UNREAD' CHECK (status IN ('READ', 'UNREAD', 'ARCHIVED')),
    PRIMARY KEY (recipient_id, message_id)
);
CREATE INDEX message_copy_message ON message_copy (message_id);
