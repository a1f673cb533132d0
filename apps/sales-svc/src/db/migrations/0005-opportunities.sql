CREATE TABLE opportunity (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL,
  account_id uuid,
  -- The primary one of `contacts`.
  contact_id uuid,
  contacts jsonb NOT NULL,
  lead_id uuid REFERENCES lead,
  campaign_id uuid,
  pipeline_id uuid NOT NULL REFERENCES pipeline,
  stage text NOT NULL,
  stage_category text NOT NULL,
  stage_since timestamptz NOT NULL,
  probability integer NOT NULL,
  -- Someone gave a probability of his own: it no longer follows the stage.
  probability_given boolean NOT NULL,
  amount_minor bigint,
  amount_currency text,
  -- In the company's currency.
  base_amount_minor bigint,
  base_amount_currency text,
  expected_close_on date,
  closed_at timestamptz,
  closed_owner_id uuid,
  lost_reason text,
  type text,
  source text,
  next_step text
);
CREATE INDEX opportunity_created ON opportunity (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_owner ON opportunity (owner_id, created_at, id) WHERE deleted_at IS NULL;
-- Deleted ones count too: a stage that one of them stands in cannot go, or it could not come back.
CREATE INDEX opportunity_stage ON opportunity (pipeline_id, stage, created_at, id);
CREATE INDEX opportunity_category ON opportunity (stage_category, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_account ON opportunity (account_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_contact ON opportunity (contact_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_lead ON opportunity (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX opportunity_campaign ON opportunity (campaign_id, created_at, id) WHERE deleted_at IS NULL AND campaign_id IS NOT NULL;
CREATE INDEX opportunity_base_amount ON opportunity (base_amount_minor, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunity_closed ON opportunity (closed_at, id) WHERE deleted_at IS NULL;
