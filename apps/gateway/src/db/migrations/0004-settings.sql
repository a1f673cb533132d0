CREATE TABLE settings (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  currency text NOT NULL,
  time_zone text NOT NULL,
  country text NOT NULL,
  languages jsonb NOT NULL,
  fiscal_year_start integer NOT NULL
);
