-- The opportunities in which a person has a part, deleted ones too, for the export of everything about him.
CREATE INDEX opportunity_contacts ON opportunity USING gin (contacts jsonb_path_ops) WHERE contacts <> '[]';
