-- As for the outbox: rows are only added, alike, and read by their keys.
ALTER TABLE bus.log_0 SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE bus.log_1 SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE bus.log_2 SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE bus.log_3 SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE bus.log_4 SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE bus.log_5 SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE bus.log_6 SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE bus.log_7 SET (autovacuum_analyze_scale_factor = 1);
