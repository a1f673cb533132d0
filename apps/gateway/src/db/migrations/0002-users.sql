CREATE TABLE app_user (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  -- as it is compared: lower case, no spaces around it
  email text NOT NULL,
  first_name text,
  last_name text NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  team_id uuid,
  team_path text,
  role_ids uuid[] NOT NULL,
  language text NOT NULL,
  time_zone text
);
CREATE UNIQUE INDEX app_user_email ON app_user (email) WHERE deleted_at IS NULL;
CREATE INDEX app_user_recent ON app_user (created_at DESC, id DESC) WHERE deleted_at IS NULL;

-- Apart from app_user, so that no query and no event of users can show it.
CREATE TABLE credential (
  user_id uuid PRIMARY KEY REFERENCES app_user,
  password_hash text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
