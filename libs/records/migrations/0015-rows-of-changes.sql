-- Of imports that are there. By itself, so that no table is locked meanwhile.
UPDATE import_change c SET lines = r.lines
FROM (SELECT job_id, record_id, array_agg(line) AS lines FROM import_row
      WHERE outcome IN ('created', 'updated') GROUP BY job_id, record_id) r
WHERE c.job_id = r.job_id AND c.record_id = r.record_id;
