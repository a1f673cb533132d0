-- What shows that consent was given is encrypted from now on.
-- Personal data is encrypted by the service, so SQL cannot convert what is there: bring it in again by `npm run migrate`.
DO $$ BEGIN
  IF EXISTS (SELECT FROM consent WHERE proof IS NOT NULL) THEN
    RAISE EXCEPTION 'consent holds personal data that is not encrypted. Start with an empty database and import it again.';
  END IF;
END $$;
