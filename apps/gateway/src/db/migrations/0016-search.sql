-- By what `q` finds records, as their resources declare it.
CREATE INDEX app_user_keywords ON app_user USING gin (grams_from(folded(both_orders(first_name, last_name))));
CREATE INDEX team_keywords ON team USING gin (grams_from(folded(name)));
CREATE INDEX role_keywords ON role USING gin (grams_from(folded(name)));
CREATE INDEX api_key_keywords ON api_key USING gin (grams_from(folded(name || chr(31) || prefix)));
