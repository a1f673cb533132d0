-- What was deleted long ago is found by these.
CREATE INDEX lead_deleted ON lead (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX opportunity_deleted ON opportunity (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX pipeline_deleted ON pipeline (deleted_at, id) WHERE deleted_at IS NOT NULL;
