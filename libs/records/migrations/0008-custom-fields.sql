-- Fields that the company adds to its records while everything runs: no table is altered for one.
CREATE TABLE custom_field (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  resource text NOT NULL CHECK (resource ~ '^[a-z-]+$'),
  name text NOT NULL CHECK (name ~ '^[a-z][A-Za-z0-9]*$'),
  type text NOT NULL,
  label jsonb NOT NULL,
  required boolean NOT NULL,
  filterable boolean NOT NULL,
  sortable boolean NOT NULL,
  choices jsonb,
  target text,
  UNIQUE (resource, name)
);

-- Their values a second time, as lists filter, sort and add them up; the column `custom` of the record has them all. Numbers
-- and amounts (in the smallest unit) stand in one column, everything else in the other, in a form that sorts.
CREATE TABLE custom_value (
  record_id uuid NOT NULL,
  -- `accounts.region`
  field text NOT NULL,
  -- place in a multiple choice, else 0
  n smallint NOT NULL,
  text_value text COLLATE "C",
  number_value numeric,
  currency text,
  PRIMARY KEY (record_id, field, n)
);
CREATE INDEX custom_value_text ON custom_value (field, text_value, record_id) WHERE text_value IS NOT NULL;
CREATE INDEX custom_value_number ON custom_value (field, number_value, record_id) WHERE number_value IS NOT NULL;
-- Which values are frequent depends on the field.
CREATE STATISTICS custom_value_frequent (mcv) ON field, text_value FROM custom_value;
