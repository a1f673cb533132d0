-- Lists as people save them.
CREATE TABLE saved_view (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  owner_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  external_ids jsonb NOT NULL,
  resource text NOT NULL CHECK (resource ~ '^[a-z-]+$'),
  name text NOT NULL,
  visibility text NOT NULL CHECK (visibility IN ('private', 'team', 'everyone')),
  filter_tree jsonb,
  q text,
  columns jsonb,
  sort jsonb,
  is_default boolean NOT NULL
);
CREATE INDEX saved_view_newest ON saved_view (resource, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX saved_view_owner ON saved_view (owner_id, resource) WHERE deleted_at IS NULL;

-- What somebody keeps at hand.
CREATE TABLE pin (
  user_id uuid NOT NULL,
  resource text NOT NULL,
  record_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, resource, record_id)
);

-- What somebody looked at or changed last: written some seconds later, and only the newest of it is kept.
CREATE TABLE recent (
  user_id uuid NOT NULL,
  resource text NOT NULL,
  record_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (user_id, resource, record_id)
);
