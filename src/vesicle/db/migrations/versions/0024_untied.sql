-- Since when a file handle counts where it does: what no project has referred to for long is removed.

-- ---------------------------------------------------------------------- usage
-- What is there already is as old as this, so that nothing is removed the sooner for an upgrade.
ALTER TABLE charge ADD since timestamptz NOT NULL DEFAULT now();
CREATE INDEX charge_untied ON charge (since, handle_id) WHERE project_id = 0;

-- ---------------------------------------------------------------------- files
CREATE INDEX file_handle_preview ON file_handle (preview_id) WHERE preview_id IS NOT NULL AND preview_id <> id;
CREATE INDEX multipart_upload_source ON multipart_upload (source_handle_id) WHERE source_handle_id IS NOT NULL;
