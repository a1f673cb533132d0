CREATE TABLE task (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  subject text NOT NULL,
  status text,
  due_at timestamptz,
  completed_at timestamptz,
  links jsonb NOT NULL
);
CREATE INDEX task_created ON task (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX task_owner ON task (owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX task_due ON task (due_at, id) WHERE deleted_at IS NULL;

-- As interaction_link. A task stands where it was done, else where it is due, else where it was made.
CREATE TABLE task_link (
  record_type text NOT NULL,
  record_id uuid NOT NULL,
  task_id uuid NOT NULL REFERENCES task,
  at timestamptz NOT NULL,
  PRIMARY KEY (task_id, record_type, record_id)
);
CREATE INDEX task_link_timeline ON task_link (record_type, record_id, at, task_id);

CREATE FUNCTION keep_task_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM task_link l USING changed c WHERE l.task_id = c.id;
  END IF;
  INSERT INTO task_link (record_type, record_id, task_id, at)
  SELECT l.type, l.id, c.id, coalesce(c.completed_at, c.due_at, c.created_at)
  FROM changed c CROSS JOIN LATERAL jsonb_to_recordset(c.links) AS l (type text, id uuid)
  WHERE c.deleted_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER links_of_new AFTER INSERT ON task
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_task_links();
CREATE TRIGGER links_of_changed AFTER UPDATE ON task
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_task_links();
