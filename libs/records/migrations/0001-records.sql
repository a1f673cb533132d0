-- What one write leaves beside the record: who changed which field from what to what, the names of records in other
-- systems, and the replies that a repeated request gets.
CREATE TABLE history (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  resource text NOT NULL,
  record_id uuid NOT NULL,
  version integer NOT NULL,
  event_type text NOT NULL,
  -- null where the event as a whole is the news (created, deleted, restored)
  field text,
  before jsonb,
  after jsonb,
  actor_type text NOT NULL,
  actor_id text NOT NULL,
  origin text NOT NULL,
  request_id text NOT NULL,
  job_id uuid,
  at timestamptz NOT NULL
);
CREATE INDEX history_record ON history (record_id, seq);
CREATE INDEX history_job ON history (job_id, seq) WHERE job_id IS NOT NULL;

CREATE TABLE external_id (
  type text NOT NULL,
  system text NOT NULL,
  external_id text NOT NULL,
  record_id uuid NOT NULL,
  PRIMARY KEY (type, system, external_id)
);
CREATE INDEX external_id_record ON external_id (record_id);

CREATE TABLE idempotent_reply (
  actor_id text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  body_hash text NOT NULL,
  reply json NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (actor_id, route, key)
);
CREATE INDEX idempotent_reply_age ON idempotent_reply (stored_at);
