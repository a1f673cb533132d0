-- The last good OpenAPI document of each service, so that the gateway starts without services that are away.
CREATE TABLE route_document (
  service text PRIMARY KEY,
  document text NOT NULL,
  fetched_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
