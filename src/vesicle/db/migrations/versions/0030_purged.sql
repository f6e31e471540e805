-- What people remove for good gives its room back soon, and not only after the days of what was left lying about.

-- ---------------------------------------------------------------------- usage
ALTER TABLE charge ADD purged boolean NOT NULL DEFAULT false;
CREATE INDEX charge_purged ON charge (since, handle_id) WHERE purged;
