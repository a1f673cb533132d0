-- Events that a transaction of this service decided, in the order in which they go to the bus.
CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL,
  topic text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  -- The message as it stands on the bus: text, so that no conversion ever changes a byte of it.
  payload text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  published_at timestamptz
);

-- What the relay reads; never `seq > last`, which would lose what commits late.
CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;
-- What `republish from <time>` reads.
CREATE INDEX outbox_created_at ON outbox USING brin (created_at);
-- Each row is inserted, marked and deleted once: without this, dead rows gather at the front of the partial index.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);
