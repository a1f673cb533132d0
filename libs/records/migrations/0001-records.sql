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

-- Fails where the key is taken, so that everything sent behind the call fails, too. Each look of a volatile function sees
-- what was committed before it: the second one what the last holder of the lock has stored. By index, always: a plan from
-- the days when the table was small is kept for long.
CREATE FUNCTION claim_idempotency_key(lock text, actor text, of_route text, wanted text, kept interval)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended(lock, 0)) THEN
    RAISE EXCEPTION 'The key is claimed just now.' USING ERRCODE = 'KE001';
  END IF;
  PERFORM FROM idempotent_reply
  WHERE actor_id = actor AND route = of_route AND key = wanted AND stored_at > clock_timestamp() - kept;
  IF FOUND THEN
    RAISE EXCEPTION 'The key was used.' USING ERRCODE = 'KE001';
  END IF;
END $$;
