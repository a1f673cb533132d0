CREATE TABLE role (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  -- stable name of a built-in role
  key text NOT NULL,
  name text NOT NULL,
  -- permission -> scope
  grants jsonb NOT NULL
);
CREATE UNIQUE INDEX role_key ON role (key) WHERE deleted_at IS NULL;
