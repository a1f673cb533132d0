-- Who holds a record that nobody owns, and with whom it is shared. What is shared is found by the index; most records are not.
ALTER TABLE lead ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE opportunity ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE account_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE contact_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE campaign_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
CREATE INDEX lead_shared ON lead USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
CREATE INDEX opportunity_shared ON opportunity USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
