-- Values of the fields that the company has added, and tags. Most records have no tags, which the index leaves out.
ALTER TABLE account ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE contact ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE interaction ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE task ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
CREATE INDEX account_tags ON account USING gin (tags) WHERE tags <> '{}';
CREATE INDEX contact_tags ON contact USING gin (tags) WHERE tags <> '{}';
CREATE INDEX interaction_tags ON interaction USING gin (tags) WHERE tags <> '{}';
CREATE INDEX task_tags ON task USING gin (tags) WHERE tags <> '{}';
