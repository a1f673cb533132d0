-- Copies of what was purged before this update still say who it was. They are to say what they say since of what is purged:
-- nothing, or retention rules would spare that person for ever.
UPDATE contact_copy SET person_id = '00000000-0000-0000-0000-000000000000' WHERE name = '' AND deleted_at IS NOT NULL;
