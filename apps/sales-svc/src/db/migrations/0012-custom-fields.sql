-- Values of the fields that the company has added, and tags. Most records have no tags, which the index leaves out.
ALTER TABLE lead ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE opportunity ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
CREATE INDEX lead_tags ON lead USING gin (tags) WHERE tags <> '{}';
CREATE INDEX opportunity_tags ON opportunity USING gin (tags) WHERE tags <> '{}';
