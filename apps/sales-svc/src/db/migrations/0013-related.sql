-- Filters find leads and opportunities by the name and owner of what they refer to.
CREATE INDEX account_copy_name ON account_copy (name);
CREATE INDEX account_copy_owner ON account_copy (owner_id);
CREATE INDEX contact_copy_name ON contact_copy (name);
CREATE INDEX contact_copy_owner ON contact_copy (owner_id);
CREATE INDEX campaign_copy_name ON campaign_copy (name);

CREATE INDEX lead_converted_account ON lead (converted_account_id) WHERE converted_account_id IS NOT NULL;
CREATE INDEX lead_converted_contact ON lead (converted_contact_id) WHERE converted_contact_id IS NOT NULL;
CREATE INDEX lead_converted_opportunity ON lead (converted_opportunity_id) WHERE converted_opportunity_id IS NOT NULL;
