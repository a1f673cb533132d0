-- The Postgres log: what Kafka is where there is no Kafka.

-- One row per topic. Offsets are given under its row lock in the publishing transaction, so that a lower offset can
-- never appear after a reader has passed it.
CREATE TABLE bus.topic (
  name text PRIMARY KEY,
  next_offset bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 50);

CREATE TABLE bus.log (
  topic text NOT NULL,
  "offset" bigint NOT NULL,
  key text,
  value text,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic, "offset")
) PARTITION BY HASH (topic);

CREATE TABLE bus.log_0 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE bus.log_1 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE bus.log_2 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE bus.log_3 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE bus.log_4 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE bus.log_5 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE bus.log_6 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE bus.log_7 PARTITION OF bus.log FOR VALUES WITH (MODULUS 8, REMAINDER 7);

-- How far each group of consumers has come: the offset that it reads next.
CREATE TABLE bus.position (
  consumer_group text NOT NULL,
  topic text NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (consumer_group, topic)
) WITH (fillfactor = 50);
