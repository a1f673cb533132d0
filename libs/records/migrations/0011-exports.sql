-- Exports of lists as files. A row stays for a day after the file was made, or could not be made, so that a link that was
-- used says so.
CREATE TABLE export_job (
  id uuid PRIMARY KEY,
  resource text NOT NULL,
  actor_type text NOT NULL,
  actor_id text NOT NULL,
  -- the session; of an API key its id
  session_id text,
  -- what the caller may do and reaches, as it was when he asked
  caller jsonb NOT NULL,
  -- a hash of what decides about the content of the file: with another one it is not handed out
  reach text NOT NULL,
  -- filter and words may be about persons: sealed with the key of the job, as the file is
  request text NOT NULL,
  format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
  status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'completed', 'failed')),
  -- of the last event about it
  version integer NOT NULL DEFAULT 0,
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempts integer NOT NULL DEFAULT 0,
  -- who works on it, and until when others leave it alone unless he says that he goes on
  worker uuid,
  leased_until timestamptz,
  started_at timestamptz,
  -- names of the columns of the file
  columns text[],
  rows integer NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  finished_at timestamptz,
  expires_at timestamptz,
  error jsonb,
  -- the download that is under way, and until when another one waits for it
  download uuid,
  download_until timestamptz,
  downloaded_at timestamptz
);
CREATE INDEX export_job_due ON export_job (queued_at, id) WHERE status IN ('queued', 'running');
CREATE INDEX export_job_caller ON export_job (actor_id, resource, id);
CREATE INDEX export_job_expiry ON export_job (expires_at) WHERE expires_at IS NOT NULL;

-- The file in pieces, each sealed with the key of the job. What is encrypted is not compressed again.
CREATE TABLE export_chunk (
  export_id uuid NOT NULL REFERENCES export_job ON DELETE CASCADE,
  n integer NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (export_id, n)
);
ALTER TABLE export_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
