CREATE TABLE queue (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL,
  description text
);
CREATE INDEX queue_created ON queue (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX queue_owner ON queue (owner_id, created_at, id) WHERE deleted_at IS NULL;
