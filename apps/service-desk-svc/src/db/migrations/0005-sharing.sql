-- Who holds a record that nobody owns, and with whom it is shared. What is shared is found by the index; most records are not.
ALTER TABLE ticket ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE account_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE contact_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
CREATE INDEX ticket_shared ON ticket USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
