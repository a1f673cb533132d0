-- Why a rollback has left the record of a row as it is: { code, fields }.
ALTER TABLE import_row ADD COLUMN kept jsonb;
CREATE INDEX import_row_kept ON import_row (job_id, line) WHERE kept IS NOT NULL;

-- The rows by which the record was changed. Null where the import was run by an earlier version.
ALTER TABLE import_change ADD COLUMN lines integer[];
