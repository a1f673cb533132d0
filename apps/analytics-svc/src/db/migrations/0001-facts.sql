-- Every event that was ever published, as it came: what facts are rebuilt from.
CREATE TABLE event_store (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL,
  type text NOT NULL,
  subject uuid NOT NULL,
  version integer NOT NULL,
  time timestamptz NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  event json NOT NULL
);
CREATE INDEX event_store_subject ON event_store (subject, version);

-- One row per record that a metric counts, whatever its kind. Two tables: one is live, the other is for the next rebuild.
CREATE TABLE fact_blue (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  concept text NOT NULL,
  deleted boolean NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  closed_at timestamptz,
  closed_owner_id uuid,
  status text,
  stage text,
  stage_category text,
  type text,
  source text,
  channel text,
  industry text,
  probability integer,
  -- in the smallest unit of the company's currency
  amount_minor bigint,
  cost_minor bigint
);
CREATE INDEX fact_blue_concept ON fact_blue (concept, created_at) WHERE NOT deleted;
CREATE INDEX fact_blue_owner ON fact_blue (concept, owner_id) WHERE NOT deleted;
CREATE TABLE fact_green (LIKE fact_blue INCLUDING ALL);

CREATE TABLE projection (
  name text PRIMARY KEY,
  live text NOT NULL,
  building text,
  events_read integer NOT NULL DEFAULT 0,
  rebuild_started_at timestamptz,
  rebuild_finished_at timestamptz
);
INSERT INTO projection (name, live) VALUES ('facts', 'fact_blue');
