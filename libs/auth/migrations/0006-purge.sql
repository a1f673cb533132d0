ALTER TABLE settings_copy ADD purge_deleted_after_days integer;
