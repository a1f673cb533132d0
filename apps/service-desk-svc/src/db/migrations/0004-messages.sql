-- Messages belong to their ticket: they are written under its lock and reported by its events.
CREATE TABLE ticket_message (
  id uuid PRIMARY KEY,
  ticket_id uuid NOT NULL REFERENCES ticket,
  direction text NOT NULL,
  visibility text NOT NULL,
  channel text,
  provider_message_id text,
  body text NOT NULL,
  author_type text NOT NULL,
  author_id text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX ticket_message_ticket ON ticket_message (ticket_id, created_at, id);
CREATE UNIQUE INDEX ticket_message_provider ON ticket_message (provider_message_id) WHERE provider_message_id IS NOT NULL;
