-- The record was deleted: it is found by this name until another record takes it.
ALTER TABLE external_id ADD COLUMN is_free boolean NOT NULL DEFAULT false;
UPDATE external_id e SET is_free = true
WHERE (SELECT h.event_type LIKE '%.deleted' FROM history h
       WHERE h.record_id = e.record_id AND (h.event_type LIKE '%.deleted' OR h.event_type LIKE '%.restored')
       ORDER BY h.seq DESC LIMIT 1);
