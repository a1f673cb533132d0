-- Which handler has done which event: written in the transaction of the effect.
CREATE TABLE inbox (
  handler text NOT NULL,
  event_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (handler, event_id)
);

CREATE INDEX inbox_at ON inbox USING brin (at);
