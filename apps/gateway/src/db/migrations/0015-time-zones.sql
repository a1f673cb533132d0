-- Filters such as `today` are read in the caller's own time zone, which is part of what the gateway knows of a session.
DROP TRIGGER user_changed ON app_user;
CREATE TRIGGER user_changed AFTER UPDATE ON app_user FOR EACH ROW
  WHEN ((OLD.status, OLD.role_ids, OLD.team_path, OLD.time_zone, OLD.deleted_at)
    IS DISTINCT FROM (NEW.status, NEW.role_ids, NEW.team_path, NEW.time_zone, NEW.deleted_at))
  EXECUTE FUNCTION user_changed();
