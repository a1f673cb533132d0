-- Collaborators with their names. A function, as the server prepares what stands in the statement itself for every record,
-- and few are shared.
CREATE FUNCTION named_collaborators(links jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT jsonb_agg(link || jsonb_build_object('name', CASE link->>'type'
      WHEN 'user' THEN (SELECT x.name FROM user_copy x WHERE x.id = (link->>'id')::uuid)
      WHEN 'team' THEN (SELECT x.name FROM team_copy x WHERE x.id = (link->>'id')::uuid)
    END) ORDER BY n)
    FROM jsonb_array_elements(links) WITH ORDINALITY AS of_link (link, n));
END $$;
