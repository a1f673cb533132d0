-- Why a rollback has left the record of a row as it is: { code, fields }.
ALTER TABLE import_row ADD COLUMN kept jsonb;
CREATE INDEX import_row_kept ON import_row (job_id, line) WHERE kept IS NOT NULL;

-- The rows by which the record was changed. Null where the import was run by an earlier version.
ALTER TABLE import_change ADD COLUMN lines integer[];
UPDATE import_change c SET lines = r.lines
FROM (SELECT job_id, record_id, array_agg(line) AS lines FROM import_row
      WHERE outcome IN ('created', 'updated') GROUP BY job_id, record_id) r
WHERE c.job_id = r.job_id AND c.record_id = r.record_id;
