-- What the retention rules ask besides the contact itself. A copy of an earlier time has no `touched_at`: while there is one
-- nobody is erased by a rule (`npm run republish -- --snapshot sales.lead`, `sales.opportunity`, `service-desk.ticket`).
ALTER TABLE lead_copy ADD person_id uuid, ADD is_open boolean, ADD touched_at timestamptz;
ALTER TABLE opportunity_copy ADD contact_ids uuid[] NOT NULL DEFAULT '{}', ADD is_open boolean, ADD touched_at timestamptz;
ALTER TABLE ticket_copy ADD contact_id uuid, ADD is_open boolean, ADD touched_at timestamptz;
CREATE INDEX lead_copy_person ON lead_copy (person_id);
CREATE INDEX opportunity_copy_contacts ON opportunity_copy USING gin (contact_ids);
CREATE INDEX ticket_copy_contact ON ticket_copy (contact_id);
CREATE INDEX lead_copy_unknown ON lead_copy (id) WHERE touched_at IS NULL;
CREATE INDEX opportunity_copy_unknown ON opportunity_copy (id) WHERE touched_at IS NULL;
CREATE INDEX ticket_copy_unknown ON ticket_copy (id) WHERE touched_at IS NULL;

CREATE INDEX contact_touched ON contact (updated_at, id) WHERE last_name <> '(erased)';
