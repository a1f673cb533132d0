CREATE TABLE pipeline (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL,
  is_default boolean NOT NULL,
  -- In their order; the root's row lock covers them.
  stages jsonb NOT NULL
);
CREATE INDEX pipeline_created ON pipeline (created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX pipeline_default ON pipeline (is_default) WHERE is_default AND deleted_at IS NULL;
