-- As for the outbox: rows are only added, alike, and read by their keys.
ALTER TABLE event_store SET (autovacuum_analyze_scale_factor = 1);
