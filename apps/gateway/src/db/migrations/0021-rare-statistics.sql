-- As for the outbox: rows are only added, and alike.
ALTER TABLE audit_entry SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE record_change SET (autovacuum_analyze_scale_factor = 1);
