-- What hangs on something else than an entity, and who may have it: what `access` sees of icons, pictures and messages.
-- A new kind is one more part of this view; reader 273949 is everybody.
CREATE VIEW attached_file AS
    SELECT 'TeamAttachment' AS object_type, id AS object_id, icon_handle_id AS file_handle_id, 273949::bigint AS reader_id
    FROM team WHERE icon_handle_id IS NOT NULL
    UNION ALL
    SELECT 'UserProfileAttachment', principal_id, picture_handle_id, 273949
    FROM person WHERE picture_handle_id IS NOT NULL
    UNION ALL
    SELECT 'MessageAttachment', id, file_handle_id, created_by FROM message
    UNION ALL
    SELECT 'MessageAttachment', m.id, m.file_handle_id, c.recipient_id
    FROM message m JOIN message_copy c ON c.message_id = m.id;
