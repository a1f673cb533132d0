-- Services copy it: a record in the pool of a team is reached from the teams above.
ALTER TABLE team ADD COLUMN path text;
WITH RECURSIVE placed AS (
  SELECT id, replace(id::text, '-', '') AS path FROM team WHERE parent_id IS NULL
  UNION ALL SELECT t.id, placed.path || '.' || replace(t.id::text, '-', '') FROM team t JOIN placed ON placed.id = t.parent_id
)
UPDATE team SET path = placed.path FROM placed WHERE placed.id = team.id;
ALTER TABLE team ALTER COLUMN path SET NOT NULL;
