-- Which transactions the rows of the file have seen.
ALTER TABLE export_job ADD COLUMN snapshot pg_snapshot;
