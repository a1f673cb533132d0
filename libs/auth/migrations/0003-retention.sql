ALTER TABLE settings_copy ADD retention jsonb NOT NULL DEFAULT '[]';
