CREATE TABLE team (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL,
  parent_id uuid
);
CREATE INDEX team_name ON team (name, id) WHERE deleted_at IS NULL;
CREATE INDEX team_parent ON team (parent_id) WHERE deleted_at IS NULL;

-- For the move of a team, which takes the people in it along.
CREATE INDEX app_user_team ON app_user (team_id) WHERE team_id IS NOT NULL;

-- A user's place decides what he sees, as his roles do.
DROP TRIGGER user_changed ON app_user;
CREATE TRIGGER user_changed AFTER UPDATE ON app_user FOR EACH ROW
  WHEN ((OLD.status, OLD.role_ids, OLD.team_path, OLD.deleted_at)
    IS DISTINCT FROM (NEW.status, NEW.role_ids, NEW.team_path, NEW.deleted_at))
  EXECUTE FUNCTION user_changed();

-- Roles that a company makes for itself have no key.
ALTER TABLE role ALTER COLUMN key DROP NOT NULL;
CREATE INDEX role_name ON role (name, id) WHERE deleted_at IS NULL;
