CREATE TABLE account (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL,
  type text,
  industry text,
  website text,
  parent_id uuid REFERENCES account
);
CREATE INDEX account_created ON account (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_owner ON account (owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX account_name ON account (name, id) WHERE deleted_at IS NULL;
CREATE INDEX account_parent ON account (parent_id) WHERE parent_id IS NOT NULL;
