-- The record was deleted: it is found by this name until another record takes it.
ALTER TABLE external_id ADD COLUMN is_free boolean NOT NULL DEFAULT false;
