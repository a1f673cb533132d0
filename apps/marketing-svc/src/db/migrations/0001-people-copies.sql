-- What marketing knows of leads and contacts, fed by events of their services only. A converted lead and its contact
-- are one person.
CREATE TABLE lead_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  -- null once the person's key is gone
  name text,
  person_id uuid NOT NULL,
  owner_id uuid,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);
CREATE INDEX lead_copy_person ON lead_copy (person_id);

CREATE TABLE contact_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text,
  person_id uuid NOT NULL,
  owner_id uuid,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);
CREATE INDEX contact_copy_person ON contact_copy (person_id);
