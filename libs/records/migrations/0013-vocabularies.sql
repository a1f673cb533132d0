-- Name of the vocabulary whose values a choice has, in place of its own.
ALTER TABLE custom_field ADD vocabulary text;
