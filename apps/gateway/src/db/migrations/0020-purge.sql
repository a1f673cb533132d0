-- After how many days what was deleted is gone for good; null: never.
ALTER TABLE settings ADD purge_deleted_after_days integer;
