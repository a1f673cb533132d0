CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid NOT NULL REFERENCES app_user,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL,
  -- the readable part, by which a key is found
  prefix text NOT NULL UNIQUE,
  -- SHA-256 of the whole key
  secret_hash text NOT NULL,
  -- permission -> scope
  grants jsonb NOT NULL,
  -- null: until it is revoked
  expires_at timestamptz,
  revoked_at timestamptz,
  -- at most a minute behind; apart from the record's changes
  last_used_at timestamptz
);
CREATE INDEX api_key_owner ON api_key (owner_id);
CREATE INDEX api_key_recent ON api_key (created_at DESC, id DESC) WHERE deleted_at IS NULL;

ALTER TABLE auth_change DROP CONSTRAINT auth_change_kind_check,
  ADD CONSTRAINT auth_change_kind_check CHECK (kind IN ('session', 'user', 'role', 'api-key'));

CREATE FUNCTION api_key_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO auth_change (kind, subject) VALUES ('api-key', NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER api_key_changed AFTER UPDATE ON api_key FOR EACH ROW
  WHEN ((OLD.grants, OLD.expires_at, OLD.revoked_at) IS DISTINCT FROM (NEW.grants, NEW.expires_at, NEW.revoked_at))
  EXECUTE FUNCTION api_key_changed();
