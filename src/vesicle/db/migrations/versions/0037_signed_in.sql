-- Everybody who did not sign in has one number between them; a seat of that number would be everybody's.

-- ---------------------------------------------------------------------- organizations
DELETE FROM organization_member WHERE principal_id = 273950;
ALTER TABLE organization_member ADD CHECK (principal_id <> 273950);
DELETE FROM organization_invitation WHERE invitee_id = 273950;

-- ---------------------------------------------------------------------- usage
-- Who has something at a storage location.
CREATE INDEX usage_total_location ON usage_total (location_id, organization_id);
