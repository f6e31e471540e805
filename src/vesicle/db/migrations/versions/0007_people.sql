-- What people say of themselves, and how they are reached.

-- ------------------------------------------------------------------- accounts
ALTER TABLE person
    -- Free text members of the profile that nobody searches, by their names on the wire.
    ADD COLUMN details jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN preferences jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN picture_handle_id bigint REFERENCES file_handle ON DELETE RESTRICT,
    ADD COLUMN send_mail boolean NOT NULL DEFAULT true,
    ADD COLUMN mark_mailed_read boolean NOT NULL DEFAULT false,
    ADD COLUMN password_changed_on timestamptz,
    ADD COLUMN certified_on timestamptz,
    ADD COLUMN terms_version text CHECK (length(terms_version) <= 64),
    ADD COLUMN terms_agreed_on timestamptz,
    ADD CHECK ((terms_version IS NULL) = (terms_agreed_on IS NULL));
CREATE INDEX person_picture ON person (picture_handle_id) WHERE picture_handle_id IS NOT NULL;
UPDATE person SET certified_on = now() WHERE principal_id IN (SELECT member_id FROM membership WHERE group_id = 3);
-- The address that mail to a person goes to: one of theirs, where they have any.
ALTER TABLE alias
    ADD COLUMN notified boolean NOT NULL DEFAULT false,
    ADD CHECK (NOT notified OR kind = 'USER_EMAIL');
CREATE UNIQUE INDEX alias_one_notified ON alias (principal_id) WHERE notified;
UPDATE alias a SET notified = true WHERE kind = 'USER_EMAIL' AND squeezed = (
    SELECT min(b.squeezed) FROM alias b WHERE b.principal_id = a.principal_id AND b.kind = 'USER_EMAIL');
CREATE INDEX principal_prefix_principal ON principal_prefix (principal_id);
