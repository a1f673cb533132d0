-- What the service desk knows of accounts and contacts, fed by events of the customer service only.
CREATE TABLE account_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text NOT NULL,
  owner_id uuid,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);

CREATE TABLE contact_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  -- null once the person's key is gone
  name text,
  owner_id uuid,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);
