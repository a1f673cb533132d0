-- By what `q` finds records, as their resources declare it.
DROP INDEX lead_words;
CREATE INDEX lead_keywords ON lead
  USING gin (grams_from(folded(both_orders(first_name, last_name) || chr(31) || coalesce(company, '') || chr(31) || coalesce(website, ''))));
CREATE INDEX opportunity_keywords ON opportunity USING gin (grams_from(folded(name)));
CREATE INDEX pipeline_keywords ON pipeline USING gin (grams_from(folded(name)));

-- Room for changed rows on the page where they are: what no index is about then changes without new entries in all of them.
ALTER TABLE lead SET (fillfactor = 90);
ALTER TABLE opportunity SET (fillfactor = 90);
