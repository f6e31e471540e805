-- A zip of many files is charged once: as the files that went into it, when it was made.

-- ---------------------------------------------------------------------- usage
-- To whom these bytes were charged before they are fetched.
ALTER TABLE charged_handle ADD sent_to bigint;
