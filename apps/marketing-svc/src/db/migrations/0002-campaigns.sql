CREATE TABLE campaign (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL,
  type text,
  -- null where an import did not know it
  status text,
  goal text,
  starts_on date,
  ends_on date,
  budget_minor bigint,
  budget_currency text,
  cost_minor bigint,
  cost_currency text,
  expected_revenue_minor bigint,
  expected_revenue_currency text,
  parent_id uuid REFERENCES campaign
);
CREATE INDEX campaign_created ON campaign (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX campaign_owner ON campaign (owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX campaign_status ON campaign (status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX campaign_parent ON campaign (parent_id) WHERE parent_id IS NOT NULL;
