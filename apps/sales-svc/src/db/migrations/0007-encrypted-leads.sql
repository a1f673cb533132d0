-- Personal data is encrypted by the service, so SQL cannot convert what is there: bring it in again by `npm run migrate`.
DO $$ BEGIN
  IF EXISTS (SELECT FROM lead) THEN
    RAISE EXCEPTION 'lead holds personal data that is not encrypted. Start with an empty database and import it again.';
  END IF;
END $$;

DROP INDEX lead_email, lead_phone;
-- Tokens by which e-mail and phone are found.
ALTER TABLE lead ADD blind_index text[] NOT NULL;
CREATE INDEX lead_blind ON lead USING gin (blind_index);
