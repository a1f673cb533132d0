-- What was deleted together with a record on which it hung, for as long as both stay deleted.
CREATE TABLE deleted_with (
  record_id uuid PRIMARY KEY,
  resource text NOT NULL,
  root_id uuid NOT NULL
);
CREATE INDEX deleted_with_root ON deleted_with (root_id);
