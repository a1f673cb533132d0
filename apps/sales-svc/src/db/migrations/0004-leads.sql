CREATE TABLE lead (
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
  company text,
  email text,
  phone text,
  website text,
  industry text,
  source text,
  campaign_id uuid,
  status text NOT NULL,
  unqualified_reason text,
  converted_at timestamptz,
  converted_account_id uuid,
  converted_contact_id uuid,
  converted_opportunity_id uuid
);
CREATE INDEX lead_created ON lead (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX lead_owner ON lead (owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX lead_status ON lead (status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX lead_last_name ON lead (last_name, id) WHERE deleted_at IS NULL;
CREATE INDEX lead_email ON lead (email) WHERE email IS NOT NULL;
CREATE INDEX lead_phone ON lead (phone) WHERE phone IS NOT NULL;
CREATE INDEX lead_person ON lead (person_id);
CREATE INDEX lead_campaign ON lead (campaign_id, created_at, id) WHERE deleted_at IS NULL AND campaign_id IS NOT NULL;
