-- Personal data is encrypted by the service, so SQL cannot convert what is there: bring it in again by `npm run migrate`.
DO $$ BEGIN
  IF EXISTS (SELECT FROM contact) THEN
    RAISE EXCEPTION 'contact holds personal data that is not encrypted. Start with an empty database and import it again.';
  END IF;
END $$;

-- Null where there are none.
ALTER TABLE contact ALTER contact_points DROP NOT NULL, ALTER contact_points TYPE text,
  DROP COLUMN emails, DROP COLUMN phones,
  -- tokens by which the contact points are found
  ADD blind_index text[] NOT NULL;
CREATE INDEX contact_blind ON contact USING gin (blind_index);
