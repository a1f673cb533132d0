/** Second hop of the baseline: one prepared statement per request. No permissions, no rules, no history, no events. */
import { randomUUID } from "node:crypto";
import Fastify from "fastify";
import pg from "pg";

interface Body {
  name?: string;
  industry?: string;
  website?: string;
}

const [port, connectionString] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: 10 });
const server = Fastify();

const COLUMNS = `id, version, owner_id AS "ownerId", created_at AS "createdAt", updated_at AS "updatedAt",
  external_ids AS "externalIds", name, type, industry, website, parent_id AS "parentId"`;

async function query(name: string, text: string, values: unknown[]): Promise<unknown[]> {
  const { rows } = await pool.query<Record<string, unknown>>({ name, text, values });
  return rows;
}

server.get<{ Params: { id: string } }>("/v1/accounts/:id", async ({ params }) => {
  const [row] = await query("get", `SELECT ${COLUMNS} FROM bare.account WHERE id = $1 AND deleted_at IS NULL`, [
    params.id,
  ]);
  return row;
});

server.get<{ Querystring: { limit: string } }>("/v1/accounts", async (request) => {
  const text = `SELECT ${COLUMNS} FROM bare.account WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $1`;
  return { data: await query("list", text, [request.query.limit]) };
});

server.patch<{ Params: { id: string }; Body: Body }>("/v1/accounts/:id", async ({ params, body }) => {
  const text = `UPDATE bare.account SET industry = $2, version = version + 1, updated_at = now() WHERE id = $1 RETURNING ${COLUMNS}`;
  const [row] = await query("patch", text, [params.id, body.industry]);
  return row;
});

server.post<{ Body: Body }>("/v1/accounts", async ({ body }, reply) => {
  const text = `INSERT INTO bare.account (id, version, created_at, updated_at, external_ids, name, industry, website)
    VALUES ($1, 1, now(), now(), '[]', $2, $3, $4) RETURNING ${COLUMNS}`;
  const [row] = await query("create", text, [randomUUID(), body.name, body.industry, body.website]);
  return reply.code(201).send(row);
});

await server.listen({ port: Number(port), host: "127.0.0.1" });
