/** Of each table. */
export const ROWS = 100_000;
/** Who owns one record of 5,000. */
export const OWNER = "0199c1a0-0000-7000-8000-0000000000aa";

const id = (kind: number, n: string) => `('0199c1a0-000${kind}-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const COLUMNS = "id, version, owner_id, created_at, updated_at, external_ids";
const values = (kind: number) =>
  `${id(kind, "n")}, 1, CASE WHEN n % 5000 = 0 THEN '${OWNER}'::uuid END, now() - n * interval '1 s', now(), '[]'`;
const EACH = `FROM generate_series(1, ${ROWS}) n`;

const field = (resource: string, name: string, type: string, target = "NULL") =>
  `(gen_random_uuid(), 1, NULL, now(), now(), NULL, '[]', '${resource}', '${name}', '${type}', '{"en":"x","zh":"x"}', false,
    true, true, NULL, ${target})`;
const several = (kind: number, key: string, value: string) =>
  `INSERT INTO custom_value SELECT ${id(kind, "n")}, '${key}', 0, ${value} ${EACH};`;

/** Fills the tables of a service; what is found by words is left out, as it takes long and is not asked for. */
export const FILL = {
  customer: `SET search_path = customer;
    DROP INDEX account_keywords, contact_keywords, interaction_keywords;
    INSERT INTO custom_field VALUES ${field("accounts", "region", "text")}, ${field("contacts", "badge", "text")},
      ${field("accounts", "partnerId", "reference", "'account'")};
    INSERT INTO account (${COLUMNS}, name) SELECT ${values(1)}, 'Company ' || n ${EACH};
    UPDATE account SET parent_id = ${id(1, "777")} WHERE name LIKE 'Company 1%7';
    INSERT INTO contact (${COLUMNS}, person_id, last_name, account_id, blind_index)
      SELECT ${values(2)}, gen_random_uuid(), 'Wang ' || n, ${id(1, `1 + (n * 7) % ${ROWS}`)},
        ARRAY['email', 'token ' || n, 'domain ' || n % 1000] ${EACH};
    INSERT INTO interaction (${COLUMNS}, kind, occurred_at, links)
      SELECT ${values(3)}, 'call', '2026-11-26T12:00:00Z'::timestamptz - n * interval '1 hour',
        jsonb_build_array(jsonb_build_object('type', 'account', 'id', ${id(1, "n")})) ${EACH};
    ${several(1, "accounts.region", "'Region ' || n / 10")}
    ${several(1, "accounts.partnerId", `${id(1, `1 + (n * 3) % ${ROWS}`)}::text`)}
    ${several(2, "contacts.badge", "'Badge ' || n")}
    ANALYZE account; ANALYZE contact; ANALYZE interaction; ANALYZE interaction_link; ANALYZE custom_value`,
  sales: `SET search_path = sales;
    DROP INDEX lead_keywords, opportunity_keywords;
    INSERT INTO account_copy (id, version, name, owner_id, external_ids)
      SELECT ${id(1, "n")}, 1, 'Company ' || n, CASE WHEN n % 5000 = 0 THEN '${OWNER}'::uuid END, '[]' ${EACH};
    INSERT INTO opportunity (${COLUMNS}, name, account_id, contacts, pipeline_id, stage, stage_category, stage_since,
        probability, probability_given)
      SELECT ${values(2)}, 'Deal ' || n, ${id(1, `1 + (n * 7) % ${ROWS}`)}, '[]', p.id, 'new', 'open', now(), 10, false
      ${EACH} CROSS JOIN pipeline p WHERE p.is_default;
    INSERT INTO lead (${COLUMNS}, person_id, last_name, status, blind_index, converted_opportunity_id)
      SELECT ${values(3)}, gen_random_uuid(), 'Wang ' || n, 'new', ARRAY['email', 'token ' || n, 'domain ' || n % 1000],
        CASE WHEN n % 2 = 0 THEN ${id(2, "n")} END ${EACH};
    ANALYZE account_copy; ANALYZE opportunity; ANALYZE lead`,
} as const;
