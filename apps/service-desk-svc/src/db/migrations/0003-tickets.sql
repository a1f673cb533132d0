CREATE SEQUENCE ticket_number AS integer START 1001;

CREATE TABLE ticket (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  number integer NOT NULL UNIQUE,
  subject text NOT NULL,
  status text NOT NULL,
  escalated boolean NOT NULL,
  channel text,
  type text,
  priority text NOT NULL,
  queue_id uuid REFERENCES queue,
  account_id uuid,
  contact_id uuid,
  follows_ticket_id uuid REFERENCES ticket,
  reopened_count integer NOT NULL,
  first_response_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz
);
CREATE INDEX ticket_created ON ticket (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ticket_owner ON ticket (owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ticket_status ON ticket (status, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ticket_queue ON ticket (queue_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ticket_account ON ticket (account_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ticket_contact ON ticket (contact_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX ticket_follows ON ticket (follows_ticket_id) WHERE follows_ticket_id IS NOT NULL;
