-- What every service knows of users and of the company, fed by events of the gateway only.
CREATE TABLE user_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  team_id uuid,
  team_path ltree,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);
CREATE INDEX user_copy_team ON user_copy USING gist (team_path);

CREATE TABLE settings_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  currency text NOT NULL,
  time_zone text NOT NULL,
  country text NOT NULL
);
