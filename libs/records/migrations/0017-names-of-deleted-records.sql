-- What was deleted until now is known from its history. By itself, so that no table is locked meanwhile.
UPDATE external_id e SET is_free = true
WHERE (SELECT h.event_type LIKE '%.deleted' FROM history h
       WHERE h.record_id = e.record_id AND (h.event_type LIKE '%.deleted' OR h.event_type LIKE '%.restored')
       ORDER BY h.seq DESC LIMIT 1);
