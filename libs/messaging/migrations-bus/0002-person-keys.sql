-- The keys of persons, one table for all services: destroying a key there makes unreadable, at once and everywhere, what
-- any of them has sealed with it. The key of nobody (all zeros) is that of the blind index.
CREATE TABLE bus.person_key (
  person_id uuid PRIMARY KEY,
  -- stands in front of what is sealed with the key
  key_id text NOT NULL UNIQUE,
  master_key_id text NOT NULL,
  -- the key, encrypted with the master key; empty once destroyed
  wrapped text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  destroyed_at timestamptz
);
-- What is still to be wrapped anew when the master key changes.
CREATE INDEX person_key_master ON bus.person_key (master_key_id, person_id) WHERE wrapped <> '';
