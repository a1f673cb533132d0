-- What a role closes of fields: area and concept -> field -> hidden or read-only.
ALTER TABLE role ADD COLUMN field_rules jsonb NOT NULL DEFAULT '{}';

DROP TRIGGER role_changed ON role;
CREATE TRIGGER role_changed AFTER UPDATE ON role FOR EACH ROW
  WHEN ((OLD.grants, OLD.field_rules, OLD.deleted_at) IS DISTINCT FROM (NEW.grants, NEW.field_rules, NEW.deleted_at))
  EXECUTE FUNCTION role_changed();
