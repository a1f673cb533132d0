-- Autovacuum looks at tables once a minute. One that has grown fourfold meanwhile is read as if it were still small: whole, and
-- sorted. Whoever fills it calls this now and then; what another one is looking at is left to that one, and what takes longer than
-- a second to the next call.
CREATE FUNCTION look_at_grown_tables() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  grown regclass;
BEGIN
  FOR grown IN
    SELECT s.relid FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE s.schemaname = current_schema() AND s.n_mod_since_analyze > 1000 + 3 * greatest(c.reltuples, 0)
  LOOP
    EXECUTE format('ANALYZE (SKIP_LOCKED) %s', grown);
    EXIT WHEN clock_timestamp() > statement_timestamp() + interval '1 second';
  END LOOP;
END $$;
