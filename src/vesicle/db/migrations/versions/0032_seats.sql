-- Managers limit custom storage as well; whether an address bounced is asked of an index; who alone manages is one question.

-- ------------------------------------------------------------- organizations
ALTER TABLE organization ADD own_custom_limit bigint CHECK (own_custom_limit >= 0);
CREATE INDEX organization_invitation_mailed ON organization_invitation (lower(email), id);
-- Who manages which organization, and whether nobody else does: a team without people manages nothing. Rooms below that
-- of organizations ask this before they remove a team.
CREATE VIEW management AS
    SELECT m.principal_id, o.id AS organization_id, o.name AS organization_name, NOT EXISTS (
        SELECT 1 FROM organization_member other JOIN principal q ON q.id = other.principal_id
        WHERE other.organization_id = o.id AND other.is_manager AND other.principal_id <> m.principal_id
        AND (q.kind = 'user' OR EXISTS (SELECT 1 FROM membership t WHERE t.group_id = other.principal_id))
    ) AS alone
    FROM organization_member m JOIN organization o ON o.id = m.organization_id WHERE m.is_manager;
