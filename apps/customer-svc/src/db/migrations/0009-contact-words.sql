-- By what `q` finds contacts.
CREATE INDEX contact_words ON contact USING gin (grams(words_of(first_name, last_name)));
