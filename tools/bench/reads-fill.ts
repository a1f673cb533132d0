import type { Client } from "pg";
import { companyFields } from "./accounts.ts";
import type { Kehu } from "./kehu.ts";
import { hirePeople } from "./people.ts";

/** How many records there are to read. */
export interface ReadsSize {
  readonly accounts: number;
  readonly interactions: number;
}

/** What requests are made of. */
export interface Readable {
  readonly accounts: readonly string[];
  /** Accounts with a long timeline. */
  readonly busy: readonly string[];
  /** By what people look for one of the accounts. */
  readonly names: readonly string[];
}

const LATIN = `ARRAY['Amber','Borealis','Cedar','Delta','Ember','Falcon','Granite','Harbor','Indigo','Juniper','Keystone','Lumen',
  'Meridian','Northwind','Orchard','Pioneer','Quartz','Riverside','Summit','Tidewater','Umbra','Vertex','Willow','Zephyr']`;
const TRADES = `ARRAY['Steel','Textiles','Logistics','Foods','Optics','Robotics','Paper','Energy','Marine','Ceramics','Tools','Glass']`;
const CITIES = `ARRAY['北京','上海','广州','深圳','杭州','南京','成都','武汉','西安','重庆','苏州','青岛']`;
const FIRST = `string_to_array('华金东远天瑞恒新海启长博万正中联国大安宏永盛泰兴嘉德智创优凯汇聚力达鼎信诚立成友', NULL)`;
const SECOND = `string_to_array('星陵方大成丰通元纳明虹雅和泰科创安宏永盛兴嘉德智优凯汇聚力达鼎信诚立友华金东远天瑞恒新海启长博万正中联国荣昌利源康佳美凌云龙凤鹏翔宇宙辰光辉耀亮普惠润泽江河湖山峰岭林森木石磊岩玉珠宝琦琳瑶彩霞春夏秋冬阳月露雪霜梅兰竹菊松柏桐梧枫桦桂樱桃杏梨荷莲萍蓝青红紫白朗清静宁平顺吉祥福禄寿喜庆欣悦乐怡思维拓展进', NULL)`;
const KINDS = `ARRAY['科技','实业','贸易','电子','机械','食品','医药','建材','物流','能源']`;

const of = (list: string, number: string) => `(${list})[1 + (${number}) % cardinality(${list})]`;

/** Half of the names are Latin, half Chinese. No two are equal, as where companies are registered. */
const NAME = `CASE WHEN n % 2 = 0
  THEN ${of(LATIN, "n / 2")} || ' ' || ${of(TRADES, "n / 48")} || ' ' || n
  ELSE ${of(CITIES, "n / 2")} || ${of(FIRST, "n / 24")} || ${of(SECOND, "n / 960")} || ${of(KINDS, "n / 2 / 72000 + n / 24")} || '有限公司' END`;

const REGION = "'Region ' || n % 12";
const MADE = "timestamptz '2023-01-01' + n * (interval '3 years' / $1::int)";

const ACCOUNTS = `
  INSERT INTO account (id, version, owner_id, created_at, updated_at, external_ids, name, industry, website, custom)
  SELECT uuidv7(${MADE} - clock_timestamp()), 1, ($2::uuid[])[1 + n % cardinality($2::uuid[])], ${MADE}, ${MADE}, '[]', ${NAME},
    'Industry ' || n % 40, 'https://account-' || n || '.example.com',
    jsonb_build_object('region', ${REGION}, 'score', n::text)
  FROM generate_series(0, $1::int - 1) n`;

const VALUES = `
  INSERT INTO custom_value (record_id, field, n, text_value, number_value)
  SELECT id, 'accounts.region', 0, custom->>'region', NULL FROM account
  UNION ALL SELECT id, 'accounts.score', 0, NULL, (custom->>'score')::numeric FROM account`;

/** One in five is about one account of a thousand, so that some timelines are long. */
const INTERACTIONS = `
  INSERT INTO interaction (id, version, owner_id, created_at, updated_at, external_ids, kind, direction, subject, body,
    occurred_at, links)
  SELECT uuidv7(at - clock_timestamp()), 1, a.owner_id, at, at, '[]', ${of("ARRAY['call','meeting','email']", "n")}, 'outbound',
    ${of(`ARRAY['Follow-up on the quote','回访客户','Delivery dates','合同续签','Complaint about an invoice','产品演示']`, "n")},
    repeat('What was said, in a few words. ', 1 + n % 8), at, jsonb_build_array(jsonb_build_object('type', 'account', 'id', a.id))
  FROM (SELECT n, timestamptz '2023-01-01' + n * (interval '3 years' / $1::int) AS at,
      CASE WHEN n % 5 = 0 THEN 1000 * (n / 5 % greatest($2::int / 1000, 1)) ELSE (n::bigint * 7919 % $2)::int END AS account
    FROM generate_series(0, $1::int - 1) n) made
  JOIN (SELECT id, owner_id, row_number() OVER (ORDER BY created_at) - 1 AS place FROM account) a ON a.place = made.account`;

const LINKS = `
  INSERT INTO interaction_link (record_type, record_id, interaction_id, occurred_at)
  SELECT 'account', (links->0->>'id')::uuid, id, occurred_at FROM interaction`;

const REACHED = `SELECT id FROM (SELECT id, owner_id, row_number() OVER (ORDER BY created_at) - 1 AS n FROM account) placed
  WHERE owner_id = ANY($1::uuid[]) AND n % $2::int = 0 ORDER BY n % 9973 LIMIT 20000`;

/**
 * Fills a Kehu with as many accounts and interactions as asked for, by SQL: the way through the API is measured elsewhere.
 *
 * @param database as superuser
 */
export async function fillToRead(kehu: Kehu, database: Client, size: ReadsSize): Promise<Readable> {
  await kehu.signIn();
  const { inside, outside } = await hirePeople(kehu);
  await companyFields(kehu);
  await kehu.untilLevel();
  await database.query("SET search_path = customer, extensions, public; SET maintenance_work_mem = '1GB'");
  await withoutIndexes(database, async () => {
    await database.query(ACCOUNTS, [size.accounts, [...inside, outside]]);
    await database.query(VALUES);
    await database.query("ANALYZE account");
    await database.query(INTERACTIONS, [size.interactions, size.accounts]);
    await database.query(LINKS);
  });
  await database.query("VACUUM (ANALYZE)");
  const idsOf = async (every: number) =>
    (await database.query<{ id: string }>(REACHED, [inside, every])).rows.map(({ id }) => id);
  const accounts = await idsOf(1);
  const { rows: named } = await database.query<{ name: string }>(
    "SELECT DISTINCT replace(name, '有限公司', '') AS name FROM account WHERE id = ANY($1)",
    [accounts.slice(0, 2_000)],
  );
  const readable = { accounts, busy: await idsOf(1_000), names: named.map(({ name }) => name) };
  await kehu.signIn();
  return readable;
}

const TABLES = ["account", "custom_value", "interaction", "interaction_link"];

/** Indexes that are made over all rows at once take a tenth of the time. The triggers would do what `LINKS` does. */
async function withoutIndexes(database: Client, work: () => Promise<void>): Promise<void> {
  const { rows } = await database.query<{ drop: string; make: string }>(
    `SELECT 'DROP INDEX ' || indexrelid::regclass AS drop, pg_get_indexdef(indexrelid) AS make FROM pg_index
     WHERE indrelid = ANY($1::regclass[]) AND NOT indisprimary`,
    [TABLES],
  );
  await database.query(`SET session_replication_role = replica; ${rows.map(({ drop }) => drop).join("; ")}`);
  await work();
  for (const { make } of rows) await database.query(make);
  await database.query("SET session_replication_role = DEFAULT");
}
