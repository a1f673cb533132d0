-- A name is never free again: fields that follow a deleted vocabulary would follow the new one.
CREATE TABLE vocabulary (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  name text NOT NULL UNIQUE CHECK (name ~ '^[a-z][A-Za-z0-9]*$'),
  label jsonb NOT NULL,
  choices jsonb NOT NULL
);
CREATE INDEX vocabulary_keywords ON vocabulary USING gin (grams_from(folded(name)));
