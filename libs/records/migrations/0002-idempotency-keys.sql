-- Whether a key is new shows when its reply is stored; before that it is only locked.
DROP FUNCTION claim_idempotency_key(text, text, text, text, interval);

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
