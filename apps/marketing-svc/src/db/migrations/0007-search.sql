-- By what `q` finds records, as their resources declare it.
CREATE INDEX campaign_keywords ON campaign USING gin (grams_from(folded(name || chr(31) || coalesce(goal, ''))));
CREATE INDEX campaign_member_keywords ON campaign_member USING gin (grams_from(folded(coalesce(name, ''))));

-- Room for changed rows on the page where they are: what no index is about then changes without new entries in all of them.
ALTER TABLE campaign SET (fillfactor = 90);
ALTER TABLE campaign_member SET (fillfactor = 90);
