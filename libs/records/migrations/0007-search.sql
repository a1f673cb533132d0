-- What `q` needs. `squeezed`, `words_of` and `grams` (0005) served the release before.

-- A text as it is compared: small letters, and one form of each, so that full-width ones are plain.
CREATE FUNCTION folded(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN lower(normalize(word, NFKC));

-- A person's name in both orders, without spaces: Chinese ones begin with the last name.
CREATE FUNCTION both_orders(first_name text, last_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN translate(coalesce(first_name, '') || coalesce(last_name, ''), U&' \00A0\3000', '') || chr(31)
    || translate(coalesce(last_name, '') || coalesce(first_name, ''), U&' \00A0\3000', '');

-- Three letters from each place on, fewer at the end. A shorter word is found as their beginning, so that one entry for each
-- letter of a text serves words of any length. Its cost keeps the server from making them where it does not use the index.
CREATE FUNCTION grams_from(word text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000
  RETURN array_to_tsvector(ARRAY(SELECT substr(word, at, 3) FROM generate_series(1, length(word)) at));

-- What an index of `grams_from` is asked for a word.
CREATE FUNCTION grams_in(word text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (
    SELECT string_agg(quoted || CASE WHEN length(word) < 3 THEN ':*' ELSE '' END, ' & ')::tsquery
    FROM generate_series(1, greatest(length(word) - 2, 1)) at,
      LATERAL (SELECT '''' || replace(replace(substr(word, at, 3), '\', '\\'), '''', '''''') || '''' AS quoted) gram
  );

-- How well texts (each between two chr(31)) fit what is looked for: 0 one is equal, 1 one begins with it, 2 a word of one does,
-- 3 it stands elsewhere, or its words stand apart. Names of people have no spaces, so it counts without its own, too.
CREATE FUNCTION rank_of(texts text, wanted text) RETURNS integer LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  bounded text := chr(31) || texts || chr(31);
  squeezed text := replace(wanted, ' ', '');
  marks CONSTANT text := '-./,;:_@&()（）';
BEGIN
  RETURN CASE
    WHEN position(chr(31) || wanted || chr(31) IN bounded) > 0 OR position(chr(31) || squeezed || chr(31) IN bounded) > 0 THEN 0
    WHEN position(chr(31) || wanted IN bounded) > 0 OR position(chr(31) || squeezed IN bounded) > 0 THEN 1
    WHEN position(' ' || translate(wanted, marks, repeat(' ', length(marks)))
      IN translate(bounded, marks, repeat(' ', length(marks)))) > 0 THEN 2
    ELSE 3
  END;
END $$;
