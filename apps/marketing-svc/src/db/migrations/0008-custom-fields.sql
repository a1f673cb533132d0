-- Values of the fields that the company has added, and tags. Most records have no tags, which the index leaves out.
ALTER TABLE campaign ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
ALTER TABLE campaign_member ADD COLUMN custom jsonb NOT NULL DEFAULT '{}', ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
CREATE INDEX campaign_tags ON campaign USING gin (tags) WHERE tags <> '{}';
CREATE INDEX campaign_member_tags ON campaign_member USING gin (tags) WHERE tags <> '{}';
