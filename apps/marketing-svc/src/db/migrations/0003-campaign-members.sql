CREATE TABLE campaign_member (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  campaign_id uuid NOT NULL REFERENCES campaign,
  lead_id uuid,
  contact_id uuid,
  person_id uuid,
  name text,
  status text NOT NULL,
  status_at timestamptz NOT NULL
);
CREATE INDEX campaign_member_created ON campaign_member (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX campaign_member_owner ON campaign_member (owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX campaign_member_campaign ON campaign_member (campaign_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX campaign_member_person ON campaign_member (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX campaign_member_lead ON campaign_member (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX campaign_member_contact ON campaign_member (contact_id) WHERE contact_id IS NOT NULL;
