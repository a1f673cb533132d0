-- The same chain in fewer rows: those that are sealed together stand in one.
ALTER TABLE audit_seal RENAME TO audit_seal_each;
ALTER TABLE audit_seal_each RENAME CONSTRAINT audit_seal_pkey TO audit_seal_each_pkey;
CREATE TABLE audit_seal (
  -- place of its first seal; the places are 1, 2, 3 without a gap, in the order of sealing, which is not that of ids: a
  -- lower id may be committed later
  first_seq bigint PRIMARY KEY,
  entry_ids bigint[] NOT NULL,
  -- the seals of these entries one behind the other, 32 bytes each (audit/chain.ts)
  hashes bytea NOT NULL
);
-- Nobody compresses hashes, and whoever wants one reads just that.
ALTER TABLE audit_seal ALTER hashes SET STORAGE EXTERNAL;
INSERT INTO audit_seal (first_seq, entry_ids, hashes)
  SELECT min(seq), array_agg(entry_id ORDER BY seq), string_agg(hash, '' ORDER BY seq)
  FROM audit_seal_each GROUP BY (seq - 1) / 1000;

-- Likewise those that wait for their seal: what came with one statement stands in one row.
ALTER TABLE audit_unsealed RENAME entry_id TO first_id;
ALTER TABLE audit_unsealed ADD COLUMN entry_ids bigint[];
UPDATE audit_unsealed SET entry_ids = ARRAY[first_id];
ALTER TABLE audit_unsealed ALTER entry_ids SET NOT NULL;

CREATE OR REPLACE FUNCTION audit_entry_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO audit_unsealed (first_id, entry_ids)
    SELECT min(id), array_agg(id ORDER BY id) FROM written HAVING count(*) > 0;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_entry_sealed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  DELETE FROM audit_unsealed u USING sealed s, unnest(s.entry_ids) AS entry (id) WHERE u.first_id = entry.id;
  RETURN NULL;
END $$;
DROP TABLE audit_seal_each;
CREATE TRIGGER audit_entry_sealed AFTER INSERT ON audit_seal REFERENCING NEW TABLE AS sealed
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_sealed();

-- Most sessions and API keys never come from a second place: where one came from first is kept once, and a request has
-- a row of its own in request_origin only when it comes from elsewhere, or nobody has signed in.
CREATE TABLE usual_address (
  caller text PRIMARY KEY,
  address text NOT NULL,
  -- when it was used last, to the day
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE OR REPLACE FUNCTION request_address(request text, of_caller text) RETURNS text LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  RETURN coalesce(
    (SELECT o.address FROM request_origin o WHERE o.request_id = request AND o.caller = of_caller ORDER BY o.at DESC LIMIT 1),
    (SELECT u.address FROM usual_address u WHERE u.caller = of_caller),
    (SELECT o.address FROM request_origin o WHERE o.request_id = request AND o.caller IS NULL ORDER BY o.at DESC LIMIT 1));
END $$;

DO $$
DECLARE application text := current_database() || '_' || current_schema(); -- libs/database, rolesOf
BEGIN
  EXECUTE format('REVOKE UPDATE, DELETE ON audit_seal FROM %I', application);
  EXECUTE format('REVOKE UPDATE ON usual_address FROM %I', application);
  EXECUTE format('GRANT UPDATE (at) ON usual_address TO %I', application);
END $$;
