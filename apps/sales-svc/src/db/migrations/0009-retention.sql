-- What the retention rules ask besides the lead itself. A copy of an earlier time does not know who the person is: while
-- there is one nobody is erased by a rule (`npm run republish -- --snapshot customer.contact`).
ALTER TABLE contact_copy ADD person_id uuid;
CREATE INDEX contact_copy_person ON contact_copy (person_id);
CREATE INDEX contact_copy_unknown ON contact_copy (id) WHERE person_id IS NULL;

-- When something was last done about a lead: interactions and tasks of the customer service.
CREATE TABLE lead_activity (
  lead_id uuid PRIMARY KEY,
  at timestamptz NOT NULL
);

CREATE INDEX lead_touched ON lead (updated_at, id) WHERE last_name <> '(erased)';
