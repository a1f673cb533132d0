-- By what `q` finds records, as their resources declare it.
CREATE INDEX ticket_keywords ON ticket USING gin (grams_from(folded(subject || chr(31) || number::text)));
CREATE INDEX queue_keywords ON queue USING gin (grams_from(folded(name || chr(31) || coalesce(description, ''))));

-- Room for changed rows on the page where they are: what no index is about then changes without new entries in all of them.
ALTER TABLE ticket SET (fillfactor = 90);
