-- What people allow and what was shut off. Entries are added, never changed: the latest one counts.
CREATE TABLE consent (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  person_id uuid NOT NULL,
  channel text NOT NULL,
  purpose text NOT NULL,
  state text NOT NULL,
  basis text,
  source text NOT NULL,
  proof text,
  decided_at timestamptz NOT NULL
);
CREATE INDEX consent_created ON consent (created_at, id);
CREATE INDEX consent_owner ON consent (owner_id, created_at, id);
CREATE INDEX consent_latest ON consent (person_id, channel, purpose, decided_at, id);

CREATE TABLE suppression (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  person_id uuid NOT NULL,
  channel text NOT NULL,
  reason text NOT NULL,
  source text NOT NULL,
  suppressed_at timestamptz NOT NULL
);
CREATE INDEX suppression_created ON suppression (created_at, id);
CREATE INDEX suppression_owner ON suppression (owner_id, created_at, id);
CREATE UNIQUE INDEX suppression_person ON suppression (person_id, channel);
