-- What is linked to a person and was deleted, for the export of everything about him.
CREATE INDEX interaction_deleted_links ON interaction USING gin (links jsonb_path_ops) WHERE deleted_at IS NOT NULL;
CREATE INDEX task_deleted_links ON task USING gin (links jsonb_path_ops) WHERE deleted_at IS NOT NULL;
