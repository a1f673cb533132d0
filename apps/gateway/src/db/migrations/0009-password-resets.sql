-- A link by which a user chooses a new password. One for each user: asking again makes the first one void.
CREATE TABLE password_reset (
  user_id uuid PRIMARY KEY REFERENCES app_user,
  -- SHA-256 of the token in the link
  token_hash bytea NOT NULL UNIQUE,
  expires_at timestamptz NOT NULL
);
CREATE INDEX password_reset_expiry ON password_reset (expires_at);

-- Mails that are to be sent. A row says what to whom, and holds neither address nor link: both are made when it is sent.
CREATE TABLE mail_due (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('invitation', 'password-reset')),
  -- null: to nobody, so that asking for an unknown user leaves as much as asking for a known one
  user_id uuid REFERENCES app_user,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX mail_due_at ON mail_due (due_at);

-- The session in which the password was changed, which goes on; null: none does.
ALTER TABLE credential ADD COLUMN changed_in uuid;

-- Here and not in the code, so that no way of changing a password can pass it by. A trigger's statements see what was
-- committed while the change waited for the row, a part of the changing statement would not: a login that proved the old
-- password holds the row until its session is there.
CREATE FUNCTION password_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  WITH ended AS (
    UPDATE session SET revoked_at = clock_timestamp()
    WHERE user_id = NEW.user_id AND id IS DISTINCT FROM NEW.changed_in AND revoked_at IS NULL RETURNING id)
  INSERT INTO auth_change (kind, subject) SELECT 'session', id FROM ended;
  DELETE FROM password_reset WHERE user_id = NEW.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER password_changed AFTER UPDATE OF password_hash ON credential FOR EACH ROW
  EXECUTE FUNCTION password_changed();

-- A link that went to the old address is void.
CREATE FUNCTION email_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  DELETE FROM password_reset WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER email_changed AFTER UPDATE OF email ON app_user FOR EACH ROW
  WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION email_changed();
