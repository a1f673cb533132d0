-- Filters find records by the name of their owner.
CREATE INDEX user_copy_name ON user_copy (name);
