-- By what `q` finds leads.
CREATE INDEX lead_words ON lead USING gin (grams(words_of(first_name, last_name)));
