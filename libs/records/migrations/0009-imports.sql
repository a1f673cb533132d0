-- Imports: the file, what is asked, how far it is, and what became of each row.
CREATE TABLE import_job (
  id uuid PRIMARY KEY,
  resource text NOT NULL,
  -- who asked, as the token said it
  caller jsonb NOT NULL,
  owner_id text NOT NULL,
  file_name text NOT NULL,
  bytes bigint NOT NULL,
  options jsonb NOT NULL,
  status text NOT NULL,
  -- columns, suggested mapping and profile, once it was read
  found jsonb,
  error jsonb,
  rows integer NOT NULL DEFAULT 0,
  -- the last row of the file that is dealt with; the counters say of the rows up to it what became of them
  line integer NOT NULL DEFAULT 0,
  created integer NOT NULL DEFAULT 0,
  updated integer NOT NULL DEFAULT 0,
  skipped integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  -- records that a rollback has brought back, and those that somebody has changed since
  rolled_back integer NOT NULL DEFAULT 0,
  kept integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- who works on it, until when nobody else does
  worker uuid,
  leased_until timestamptz
);
CREATE INDEX import_job_list ON import_job (resource, created_at DESC, id DESC);
CREATE INDEX import_job_due ON import_job (created_at) WHERE status IN ('uploaded', 'queued', 'running', 'rolling_back');

CREATE TABLE import_chunk (
  job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
  n integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (job_id, n)
);

CREATE TABLE import_row (
  job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
  line integer NOT NULL,
  outcome text NOT NULL,
  record_id uuid,
  errors jsonb,
  PRIMARY KEY (job_id, line)
);
CREATE INDEX import_row_outcome ON import_row (job_id, outcome, line);

-- What an import changed in records, so that it can be undone: the properties that differ, before and after.
CREATE TABLE import_change (
  job_id uuid NOT NULL REFERENCES import_job ON DELETE CASCADE,
  record_id uuid NOT NULL,
  version integer NOT NULL,
  is_new boolean NOT NULL,
  -- JSON; encrypted where the record is about a person
  properties text,
  PRIMARY KEY (job_id, record_id, version)
);
