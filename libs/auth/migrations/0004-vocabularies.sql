-- Fed by events of the gateway only. A deleted one stays: fields of the company that follow it keep its values.
CREATE TABLE vocabulary_copy (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  name text NOT NULL,
  choices jsonb NOT NULL,
  deleted_at timestamptz
);
