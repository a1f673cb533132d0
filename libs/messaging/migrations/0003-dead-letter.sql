-- Events that a handler could not take, and the later ones of the same record, which wait behind them.
CREATE TABLE dead_letter (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  handler text NOT NULL,
  topic text NOT NULL,
  -- Topic, partition (Kafka only) and offset.
  position text NOT NULL,
  key text NOT NULL,
  event_id uuid,
  type text,
  payload text NOT NULL,
  reason text NOT NULL,
  trace text,
  attempts integer NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  status text NOT NULL DEFAULT 'parked' CHECK (status IN ('parked', 'replayed', 'discarded'))
);

CREATE INDEX dead_letter_parked ON dead_letter (handler, key, id) WHERE status = 'parked';
-- A message that comes again is parked once; a broker that lost its data counts positions anew, hence the payload.
CREATE UNIQUE INDEX dead_letter_once ON dead_letter (handler, position, md5(payload));
