-- Transactions that overwrote what was held plain of persons, in any service. A file that was read before one of them was
-- committed may have what it overwrote; clocks do not say which was first.
CREATE TABLE bus.erasure (
  xid xid8 PRIMARY KEY DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
