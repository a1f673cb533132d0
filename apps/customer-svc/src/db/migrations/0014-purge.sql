-- What was deleted long ago is found by these.
CREATE INDEX account_deleted ON account (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX contact_deleted ON contact (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX interaction_deleted ON interaction (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX task_deleted ON task (deleted_at, id) WHERE deleted_at IS NOT NULL;
