-- As for the outbox: rows are only added, alike, and read by their keys.
ALTER TABLE history SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE idempotent_reply SET (autovacuum_analyze_scale_factor = 1);
