CREATE TABLE contact (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  person_id uuid NOT NULL,
  first_name text,
  last_name text NOT NULL,
  name text NOT NULL GENERATED ALWAYS AS (coalesce(first_name || ' ', '') || last_name) STORED,
  title text,
  -- No foreign key: of two converted leads, the one that found the account may come before the one that made it.
  account_id uuid,
  source text,
  contact_points jsonb NOT NULL,
  -- The values of the contact points by kind, for look-ups.
  emails text[] NOT NULL,
  phones text[] NOT NULL
);
CREATE INDEX contact_created ON contact (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_owner ON contact (owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_last_name ON contact (last_name, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_account ON contact (account_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contact_person ON contact (person_id);
CREATE INDEX contact_emails ON contact USING gin (emails);
CREATE INDEX contact_phones ON contact USING gin (phones);
