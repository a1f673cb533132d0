-- What this service knows of other services' records, fed by their events. A converted lead writes the account and the
-- contact that it brings about at once, at version 0: their first event replaces that.
CREATE TABLE account_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text NOT NULL,
  owner_id uuid,
  external_ids jsonb NOT NULL,
  deleted_at timestamptz
);
CREATE TABLE contact_copy (LIKE account_copy INCLUDING ALL);
CREATE TABLE campaign_copy (LIKE account_copy INCLUDING ALL);
