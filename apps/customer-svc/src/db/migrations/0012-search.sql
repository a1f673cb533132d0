-- By what `q` finds records, as their resources declare it.
DROP INDEX contact_words;
CREATE INDEX account_keywords ON account USING gin (grams_from(folded(name || chr(31) || coalesce(website, ''))));
CREATE INDEX contact_keywords ON contact USING gin (grams_from(folded(both_orders(first_name, last_name))));
CREATE INDEX interaction_keywords ON interaction
  USING gin (grams_from(folded(coalesce(subject, '') || chr(31) || coalesce(purpose, '') || chr(31) || coalesce(outcome, ''))));
CREATE INDEX task_keywords ON task USING gin (grams_from(folded(subject)));

-- Room for changed rows on the page where they are: what no index is about then changes without new entries in all of them.
ALTER TABLE account SET (fillfactor = 90);
ALTER TABLE contact SET (fillfactor = 90);
ALTER TABLE interaction SET (fillfactor = 90);
ALTER TABLE task SET (fillfactor = 90);
