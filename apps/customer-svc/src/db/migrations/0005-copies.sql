-- What this service knows of other services' records, fed by their events only.
CREATE TABLE lead_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text NOT NULL,
  owner_id uuid,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);
CREATE TABLE opportunity_copy (LIKE lead_copy INCLUDING ALL);
CREATE TABLE ticket_copy (LIKE lead_copy INCLUDING ALL);
CREATE TABLE campaign_copy (LIKE lead_copy INCLUDING ALL);
