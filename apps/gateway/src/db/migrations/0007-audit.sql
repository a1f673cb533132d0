-- What happened, who did it, and from where. The application inserts and reads; nobody changes or removes.
CREATE TABLE audit_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- when it happened, by the clock of the service that did it
  at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- when it came here, by the clock of this database
  recorded_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  -- the type of the event, or one of our own for what changes no record
  action text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('done', 'denied', 'failed')),
  -- null where nobody knows
  actor_type text,
  actor_id text,
  session_id text,
  address text,
  request_id text,
  -- of a refusal: what was asked (the pattern of the path, no values) and what was answered
  method text,
  path text,
  status smallint,
  code text,
  record_type text,
  record_id text,
  version integer,
  -- names of fields, never what is in them
  changed text[],
  event_id uuid
);
CREATE UNIQUE INDEX audit_entry_event ON audit_entry (event_id) WHERE event_id IS NOT NULL;
CREATE INDEX audit_entry_at ON audit_entry (at, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, at, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_entry_record ON audit_entry (record_id, at, id) WHERE record_id IS NOT NULL;
CREATE INDEX audit_entry_action ON audit_entry (action, at, id);
CREATE INDEX audit_entry_request ON audit_entry (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_entry_refused ON audit_entry (at, id) WHERE outcome <> 'done';

-- The chain: each seal is the SHA-256 of the one before it and of its entry (audit/chain.ts).
CREATE TABLE audit_seal (
  -- 1, 2, 3 without a gap, in the order of sealing, which is not that of ids: a lower id may be committed later
  seq bigint PRIMARY KEY,
  entry_id bigint NOT NULL UNIQUE,
  hash bytea NOT NULL
);

-- Entries that wait for their seal. Kept by the two triggers alone.
CREATE TABLE audit_unsealed (entry_id bigint PRIMARY KEY);
ALTER TABLE audit_unsealed SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE FUNCTION audit_entry_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO audit_unsealed (entry_id) SELECT id FROM written;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_written AFTER INSERT ON audit_entry REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_written();

-- By index, always: the plan is made while the table is small, and has to be right behind an import of a million.
CREATE FUNCTION audit_entry_sealed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  DELETE FROM audit_unsealed u USING sealed s WHERE u.entry_id = s.entry_id;
  RETURN NULL;
END $$;
CREATE TRIGGER audit_entry_sealed AFTER INSERT ON audit_seal REFERENCING NEW TABLE AS sealed
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_sealed();

-- From where each request that may change something came: the address never goes over the bus.
CREATE TABLE request_origin (
  request_id text NOT NULL,
  -- session, or API key, of the caller; null where the request names none (a login)
  caller text,
  address text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX request_origin_request ON request_origin (request_id);
CREATE INDEX request_origin_at ON request_origin USING brin (at);

-- A client may choose its request's id, and so name another's: an origin counts for the same session or API key, and one
-- without either where there is no better. By index, always, as above.
CREATE FUNCTION request_address(request text, of_caller text) RETURNS text LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  RETURN (
    SELECT o.address FROM request_origin o
    WHERE o.request_id = request AND (o.caller = of_caller OR o.caller IS NULL)
    ORDER BY o.caller IS NULL, o.at DESC LIMIT 1);
END $$;

DO $$
DECLARE application text := current_database() || '_' || current_schema(); -- libs/database, rolesOf
BEGIN
  EXECUTE format('REVOKE UPDATE, DELETE ON audit_entry, audit_seal FROM %I', application);
  EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON audit_unsealed FROM %I', application);
  EXECUTE format('REVOKE UPDATE ON request_origin FROM %I', application);
END $$;
