-- What was deleted long ago is found by these.
CREATE INDEX queue_deleted ON queue (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX ticket_deleted ON ticket (deleted_at, id) WHERE deleted_at IS NOT NULL;
