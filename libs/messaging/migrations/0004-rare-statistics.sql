-- Rows are only added, alike, and read by their keys: statistics of a tenth more rows say what the last ones said, and to
-- make them takes 50 to 250 ms of a processor each time.
ALTER TABLE outbox SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE inbox SET (autovacuum_analyze_scale_factor = 1);
