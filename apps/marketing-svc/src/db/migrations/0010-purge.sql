-- What was deleted long ago is found by these.
CREATE INDEX campaign_deleted ON campaign (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX campaign_member_deleted ON campaign_member (deleted_at, id) WHERE deleted_at IS NOT NULL;
