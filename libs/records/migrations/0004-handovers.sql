-- What goes from a user to another one, or into the pool of a team: a row for each resource of a handover. It stays when
-- all is done, so that an event that comes again begins nothing anew.
CREATE TABLE handover_due (
  handover_id uuid NOT NULL,
  resource text NOT NULL,
  from_user_id uuid NOT NULL,
  to_user_id uuid,
  to_team_id uuid,
  -- the event that is followed
  cause jsonb NOT NULL,
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  done integer NOT NULL DEFAULT 0,
  -- records that cannot be written, and are left where they are
  failed uuid[] NOT NULL DEFAULT '{}',
  finished_at timestamptz,
  PRIMARY KEY (handover_id, resource)
);
CREATE INDEX handover_due_open ON handover_due (resource, queued_at, handover_id) WHERE finished_at IS NULL;
