-- Every install has a pipeline from the first moment, and whoever follows the events hears of it like of any other.
WITH born AS (
  INSERT INTO pipeline (id, version, owner_id, created_at, updated_at, external_ids, name, is_default, stages)
  VALUES (
    '01980000-0000-7000-8000-000000000101', 1, NULL, date_trunc('milliseconds', now()), date_trunc('milliseconds', now()), '[]', 'Sales', true,
    '[
      { "id": "01980000-0000-7000-8000-000000000111", "name": "Prospecting", "category": "open", "probability": 10 },
      { "id": "01980000-0000-7000-8000-000000000112", "name": "Qualification", "category": "open", "probability": 25 },
      { "id": "01980000-0000-7000-8000-000000000113", "name": "Proposal", "category": "open", "probability": 50 },
      { "id": "01980000-0000-7000-8000-000000000114", "name": "Negotiation", "category": "open", "probability": 75 },
      { "id": "01980000-0000-7000-8000-000000000115", "name": "On Hold", "category": "on_hold", "probability": 10 },
      { "id": "01980000-0000-7000-8000-000000000116", "name": "Won", "category": "won", "probability": 100 },
      { "id": "01980000-0000-7000-8000-000000000117", "name": "Lost", "category": "lost", "probability": 0 }
    ]'
  ) RETURNING *
), told AS (
  INSERT INTO history (resource, record_id, version, event_type, actor_type, actor_id, origin, request_id, at)
  SELECT 'pipelines', id, 1, 'sales.pipeline.created', 'system', 'install', 'system', 'install', created_at FROM born
), event AS (
  SELECT '01980000-0000-7000-8000-000000000121'::uuid AS event_id, born.*,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM born
)
INSERT INTO outbox (event_id, topic, key, type, payload)
SELECT event_id, 'kehu.sales.pipeline', id::text, 'sales.pipeline.created', json_build_object(
  'specversion', '1.0', 'id', event_id, 'source', 'urn:kehu:sales', 'type', 'sales.pipeline.created', 'time', at,
  'subject', id, 'datacontenttype', 'application/json', 'dataschema', 'urn:kehu:schema:sales.pipeline.created:1',
  'aggregateversion', 1, 'actortype', 'system', 'actorid', 'install', 'origin', 'system', 'correlationid', 'install',
  'data', json_build_object(
    'changed', json_build_array('externalIds', 'createdAt', 'name', 'isDefault', 'stages'),
    'pipeline', json_build_object(
      'id', id, 'ownerId', NULL, 'externalIds', external_ids, 'createdAt', at, 'updatedAt', at, 'deletedAt', NULL,
      'name', name, 'isDefault', is_default, 'stages', stages)))::text
FROM event;
