-- Copies of what was purged before this update still say who it was. They are to say what they say since of what is purged:
-- nothing, or retention rules would spare that person for ever.
UPDATE lead_copy SET person_id = NULL, is_open = false, touched_at = '-infinity' WHERE name = '' AND deleted_at IS NOT NULL;
UPDATE opportunity_copy SET contact_ids = '{}', is_open = false, touched_at = '-infinity' WHERE name = '' AND deleted_at IS NOT NULL;
UPDATE ticket_copy SET contact_id = NULL, is_open = false, touched_at = '-infinity' WHERE name = '' AND deleted_at IS NOT NULL;
