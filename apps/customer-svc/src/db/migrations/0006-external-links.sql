-- Records of other systems that an interaction is about, and that Kehu has no record of.
ALTER TABLE interaction ADD COLUMN external_links jsonb NOT NULL DEFAULT '[]';
