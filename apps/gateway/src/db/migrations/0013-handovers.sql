-- Who was to get what a user owned, and who asked for it. How far it is, each service knows of its own records.
CREATE TABLE handover (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES app_user,
  -- looked up in the same transaction; a foreign key would lock their rows after the user's own, against those who lock them first
  to_user_id uuid,
  to_team_id uuid,
  -- null: everything
  resources text[],
  requested_by uuid NOT NULL,
  requested_at timestamptz NOT NULL,
  CHECK (num_nonnulls(to_user_id, to_team_id) = 1)
);
CREATE INDEX handover_user ON handover (user_id, requested_at DESC, id);
