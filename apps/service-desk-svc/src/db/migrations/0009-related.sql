-- Filters find tickets by the name and owner of the account or contact that they are of.
CREATE INDEX account_copy_name ON account_copy (name);
CREATE INDEX account_copy_owner ON account_copy (owner_id);
CREATE INDEX contact_copy_name ON contact_copy (name);
CREATE INDEX contact_copy_owner ON contact_copy (owner_id);
