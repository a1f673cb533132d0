-- Filters find members of campaigns by the name and owner of the lead or contact that they are.
CREATE INDEX lead_copy_name ON lead_copy (name);
CREATE INDEX lead_copy_owner ON lead_copy (owner_id);
CREATE INDEX contact_copy_name ON contact_copy (name);
CREATE INDEX contact_copy_owner ON contact_copy (owner_id);
