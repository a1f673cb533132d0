-- Who holds a record that nobody owns, and with whom it is shared. What is shared is found by the index; most records are not.
ALTER TABLE fact_blue ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE fact_green ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
