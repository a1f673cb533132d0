-- A text as names are compared: without spaces, in small letters.
CREATE FUNCTION squeezed(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN lower(regexp_replace(word, '[\s\u3000]', '', 'g'));

-- A name in both orders: Chinese ones begin with the last name.
CREATE FUNCTION words_of(first_name text, last_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN squeezed(coalesce(first_name, '') || last_name) || chr(31) || squeezed(last_name || coalesce(first_name, ''));

-- Single letters and pairs: trigrams know no word of two letters, which most Chinese names are.
CREATE FUNCTION grams(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT array_agg(DISTINCT substr(word, at, size)) FROM generate_series(1, length(word)) at, generate_series(1, 2) size);
