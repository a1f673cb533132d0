-- Replies are kept as rows with encrypted columns; those from before are forgotten.
DELETE FROM idempotent_reply;
