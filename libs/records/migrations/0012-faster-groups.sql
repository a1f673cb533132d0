-- The same groups as before, so that the indexes stay as they are, in half the time: a function in SQL is set up anew for
-- each text.
CREATE OR REPLACE FUNCTION grams_from(word text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000 AS $$
DECLARE
  groups text[] := '{}';
BEGIN
  FOR at IN 1 .. coalesce(length(word), 0) LOOP
    groups[at] := substr(word, at, 3);
  END LOOP;
  RETURN array_to_tsvector(groups);
END $$;
