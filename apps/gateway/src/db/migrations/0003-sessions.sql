-- A session is the family of the refresh tokens that descend from one login.
CREATE TABLE session (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES app_user,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX session_open ON session (user_id) WHERE revoked_at IS NULL;

CREATE TABLE refresh_token (
  token_hash bytea PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES session,
  used_at timestamptz
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);

-- What every replica must forget: a session, what a user is, or what a role may do.
CREATE TABLE auth_change (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('session', 'user', 'role')),
  subject uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX auth_change_at ON auth_change (at);

-- Here and not in the code, so that no way of changing a user or a role can pass it by.
CREATE FUNCTION user_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO auth_change (kind, subject) VALUES ('user', NEW.id);
  IF NEW.status <> 'active' OR NEW.deleted_at IS NOT NULL THEN
    UPDATE session SET revoked_at = clock_timestamp() WHERE user_id = NEW.id AND revoked_at IS NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER user_changed AFTER UPDATE ON app_user FOR EACH ROW
  WHEN ((OLD.status, OLD.role_ids, OLD.deleted_at) IS DISTINCT FROM (NEW.status, NEW.role_ids, NEW.deleted_at))
  EXECUTE FUNCTION user_changed();

CREATE FUNCTION role_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO auth_change (kind, subject) VALUES ('role', NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER role_changed AFTER UPDATE ON role FOR EACH ROW
  WHEN ((OLD.grants, OLD.deleted_at) IS DISTINCT FROM (NEW.grants, NEW.deleted_at))
  EXECUTE FUNCTION role_changed();
