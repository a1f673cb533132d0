-- What changed, for those who follow it: names of fields, no values, no names of persons. Rows go after some weeks.
CREATE TABLE record_change (
  -- 1, 2, 3 without a gap, in the order of commits: whoever has read up to a number has missed nothing below it
  seq bigint PRIMARY KEY,
  concept text NOT NULL,
  record_id uuid NOT NULL,
  version integer NOT NULL,
  change text NOT NULL,
  fields text[] NOT NULL,
  at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor_type text NOT NULL,
  actor_id text NOT NULL,
  -- who reaches the record after the change
  owner_id uuid,
  team_id uuid,
  collaborators jsonb NOT NULL,
  -- and, where that is another matter, before it; then before_collaborators is not null
  before_owner_id uuid,
  before_team_id uuid,
  before_collaborators jsonb
);

-- One row, which whoever adds changes locks until he commits: so a lower number never comes after a higher one.
CREATE TABLE change_feed (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  last_seq bigint NOT NULL
);

-- In whose reach each record was at its last event; fed by events only.
CREATE TABLE change_place (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  team_id uuid,
  collaborators jsonb NOT NULL
);

DO $$
DECLARE application text := current_database() || '_' || current_schema(); -- libs/database, rolesOf
BEGIN
  EXECUTE format('REVOKE UPDATE ON record_change FROM %I', application);
END $$;
