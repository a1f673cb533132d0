-- Values of the fields that the company has added, and tags. Most records have no tags, which the index leaves out.
ALTER TABLE ticket ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
CREATE INDEX ticket_tags ON ticket USING gin (tags) WHERE tags <> '{}';
