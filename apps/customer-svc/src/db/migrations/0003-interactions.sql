CREATE TABLE interaction (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  kind text NOT NULL,
  direction text,
  subject text,
  body text,
  occurred_at timestamptz NOT NULL,
  ended_at timestamptz,
  duration_seconds integer,
  purpose text,
  outcome text,
  links jsonb NOT NULL
);
CREATE INDEX interaction_occurred ON interaction (occurred_at, id) WHERE deleted_at IS NULL;
CREATE INDEX interaction_owner ON interaction (owner_id, occurred_at, id) WHERE deleted_at IS NULL;

-- The links of interactions that are not deleted, the other way round: what timelines read.
CREATE TABLE interaction_link (
  record_type text NOT NULL,
  record_id uuid NOT NULL,
  interaction_id uuid NOT NULL REFERENCES interaction,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (interaction_id, record_type, record_id)
);
CREATE INDEX interaction_link_timeline ON interaction_link (record_type, record_id, occurred_at, interaction_id);

-- Kept by the database like an index, so that no way of writing an interaction passes it by.
CREATE FUNCTION keep_interaction_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM interaction_link l USING changed c WHERE l.interaction_id = c.id;
  END IF;
  INSERT INTO interaction_link (record_type, record_id, interaction_id, occurred_at)
  SELECT l.type, l.id, c.id, c.occurred_at
  FROM changed c CROSS JOIN LATERAL jsonb_to_recordset(c.links) AS l (type text, id uuid)
  WHERE c.deleted_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER links_of_new AFTER INSERT ON interaction
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_interaction_links();
CREATE TRIGGER links_of_changed AFTER UPDATE ON interaction
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_interaction_links();
