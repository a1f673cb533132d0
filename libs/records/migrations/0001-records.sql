-- What one write leaves beside the record: who changed which field from what to what, the names of records in other
-- systems, and the replies that a repeated request gets.
CREATE TABLE history (
  seq bigint GENERATED ALWAYS AS IDENTITY,
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
  at timestamptz NOT NULL,
  PRIMARY KEY (record_id, seq)
);
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
CREATE INDEX idempotent_reply_age ON idempotent_reply USING brin (stored_at);

-- Locks a key until the transaction ends; fails where another transaction has it, so that everything sent behind the call
-- fails, too, and nobody waits.
CREATE FUNCTION claim_idempotency_key(key text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended(key, 0)) THEN
    RAISE EXCEPTION 'The key is claimed just now.' USING ERRCODE = 'KE001';
  END IF;
END $$;

-- For the place of a reply that is there already: fails where its key still counts, else says when the new one is stored.
CREATE FUNCTION expire_idempotent_reply(stored_at timestamptz, kept interval) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
  IF stored_at > clock_timestamp() - kept THEN
    RAISE EXCEPTION 'The key was used.' USING ERRCODE = 'KE001';
  END IF;
  RETURN clock_timestamp();
END $$;
