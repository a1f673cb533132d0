-- Who holds a record that nobody owns, and with whom it is shared. What is shared is found by the index; most records are not.
ALTER TABLE campaign ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE campaign_member ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE lead_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE contact_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
CREATE INDEX campaign_shared ON campaign USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
CREATE INDEX campaign_member_shared ON campaign_member USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
