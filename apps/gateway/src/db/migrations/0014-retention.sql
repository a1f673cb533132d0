-- Whom the services erase by themselves, as rules; nobody until somebody says so.
ALTER TABLE settings ADD retention jsonb NOT NULL DEFAULT '[]';
