-- Who holds a record that nobody owns, and with whom it is shared. What is shared is found by the index; most records are not.
ALTER TABLE account ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE contact ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE interaction ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE task ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE lead_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE opportunity_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE ticket_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
ALTER TABLE campaign_copy ADD COLUMN team_id uuid, ADD COLUMN collaborators jsonb NOT NULL DEFAULT '[]';
CREATE INDEX account_shared ON account USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
CREATE INDEX contact_shared ON contact USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
CREATE INDEX interaction_shared ON interaction USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
CREATE INDEX task_shared ON task USING gin (collaborators jsonb_path_ops) WHERE collaborators <> '[]';
