-- The deleted tickets of a person, for the export of everything about him.
CREATE INDEX ticket_deleted_contact ON ticket (contact_id) WHERE deleted_at IS NOT NULL;
