-- Fed by events of the gateway only.
CREATE TABLE team_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text NOT NULL,
  path ltree NOT NULL,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);
