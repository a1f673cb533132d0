import { PASSWORD } from "./people.ts";
import { PLACES, type Actor, type Place } from "./policy-model.ts";
import type { Recipe } from "./recipe.ts";
import { resourceOf } from "./resources.ts";
import type { Tokens } from "./system.ts";
import type { World } from "./world.ts";

const NEVER = "01980000-0000-7000-8000-00000000dead";

/** Of what everybody has: nothing is to be done. */
const CONFIGURATION = { format: "kehu-configuration", version: 1, roles: [] };

/** Who is anonymous tries what belongs to the owner. */
const personOf = (world: World, actor: Actor) => world.people.get(actor === "anonymous" ? "owner" : actor);

const signIn = (world: World, actor: Actor): Promise<Tokens> => world.system.signIn(personOf(world, actor));

function sessionOf({ accessToken }: Tokens): string {
  const claims = Buffer.from(accessToken.split(".")[1]!, "base64url").toString();
  return (JSON.parse(claims) as { sid: string }).sid;
}

/** What is no resource. */
export const OTHERS: Readonly<Record<string, Recipe>> = {
  "GET /.well-known/jwks.json": {},
  "GET /docs": {},
  "GET /docs/{file}": {
    places: ["nobody's", "absent"],
    subject: (_world, _actor, place) => Promise.resolve(place === "absent" ? "nothing.css" : "swagger-ui.css"),
  },
  "GET /openapi.json": {},
  "GET /v1/freshness": {},
  "GET /v1/operations/lag": {},
  "GET /v1/metrics": {},
  "GET /v1/metrics/{name}": {},
  "GET /v1/metrics/{name}/records": {},
  "GET /v1/operations/analytics/rebuild": {},
  "POST /v1/operations/analytics/rebuild": {},
  "GET /v1/settings": {},
  "PATCH /v1/settings": { body: () => ({ fiscalYearStart: 4 }) },
  "GET /v1/configuration": {},
  "POST /v1/configuration/compare": { body: () => CONFIGURATION },
  "POST /v1/configuration/apply": {
    body: async ({ world }) => {
      const { token } = await world.admin("POST", "/v1/configuration/compare", CONFIGURATION);
      return { configuration: CONFIGURATION, token };
    },
  },
  "GET /v1/sync": {},
  // Whoever may follow is told that this is no place to begin; a stream would not end.
  "GET /v1/changes": { query: () => "?since=nowhere", done: 400 },
  "GET /v1/me": {},
  "GET /v1/me/permissions": {},
  "GET /v1/me/permissions/explain": { query: () => "?permission=customer.account.write" },
  "GET /v1/me/permissions/explain/record": {
    places: PLACES,
    table: () => "customer.account",
    subject: (world, _actor, place) => Promise.resolve(world.id(resourceOf("/v1/accounts")!, place)),
    query: ({ id }) => `?permission=customer.account.write&record=accounts%2F${id}`,
  },
  "GET /v1/search": { query: () => "?q=zq" },
  "GET /v1/me/sessions": {},
  "DELETE /v1/me/sessions": {},
  "DELETE /v1/me/sessions/{id}": {
    places: ["mine", "other branch's", "absent"],
    table: () => "identity.session",
    subject: async (world, actor, place) => {
      if (place === "absent") return NEVER;
      const stranger = actor === "other branch" ? "owner" : "other branch";
      return sessionOf(await signIn(world, place === "mine" ? actor : stranger));
    },
  },
  "POST /v1/me/password": {
    body: ({ world, actor }) => {
      const { password } = personOf(world, actor);
      return { currentPassword: password, newPassword: `${password} und eine Kanne` };
    },
  },
  "POST /v1/auth/login": {
    body: ({ world, actor }) => {
      const { email, password } = personOf(world, actor);
      return { email, password };
    },
  },
  "POST /v1/auth/refresh": {
    body: async ({ world, actor }) => ({ refreshToken: (await signIn(world, actor)).refreshToken }),
  },
  "POST /v1/auth/logout": { token: async (world, actor) => (await signIn(world, actor)).accessToken },
  "POST /v1/auth/invitations/{token}/accept": {
    places: ["nobody's", "absent"],
    absent: 410,
    subject: (world, _actor, place) => (place === "absent" ? Promise.resolve("none") : invitation(world)),
    body: () => ({ password: PASSWORD }),
  },
  // No mail server stands behind this install.
  "POST /v1/auth/password-reset": { done: 409, body: ({ world }) => ({ email: world.people.get("owner").email }) },
  "POST /v1/auth/password-reset/confirm": {
    body: async ({ world }) => ({ token: await resetToken(world), password: PASSWORD }),
  },
  "GET /v1/audit-entries": {},
  "GET /v1/audit-entries/export": {},
  "GET /v1/api-keys": {},
  "POST /v1/api-keys": { body: () => ({ name: "of the matrix", grants: {} }) },
  "GET /v1/api-keys/{id}": apiKey("to see"),
  "GET /v1/api-keys/{id}/history": apiKey("to see"),
  "PATCH /v1/api-keys/{id}": { ...apiKey("to see"), body: ({ world }) => ({ name: world.freshMark() }) },
  "DELETE /v1/api-keys/{id}": apiKey("to revoke"),
};

function apiKey(purpose: string): Recipe {
  return {
    places: ["mine", "other branch's", "absent"],
    table: () => "identity.api_key",
    subject: (world, actor, place) => {
      const stranger = actor === "other branch" ? "owner" : "other branch";
      const asking = actor === "anonymous" || actor === "narrow key" ? "owner" : actor;
      const { keys } = world.people;
      return Promise.resolve(
        place === "absent" ? NEVER : keys.get(`${place === "mine" ? asking : stranger} ${purpose}`)!,
      );
    },
  };
}

const schemaOf = (path: string) => path.split("/")[3]!.replace("-", "_").replace("gateway", "identity");

const DEAD_LETTER = {
  places: ["nobody's", "absent"],
  table: (path) => `${schemaOf(path)}.dead_letter`,
  subject: deadLetter,
} satisfies Recipe;

/** What each service has under `/v1/operations/{service}`. */
export const OPERATIONS: Readonly<Record<string, Recipe>> = {
  "GET dead-letters": {},
  "POST dead-letters/{id}/discard": DEAD_LETTER,
  "POST dead-letters/{id}/replay": DEAD_LETTER,
  "POST person-keys/rewrap": {},
  "GET erasures": {},
  "POST erasures": { body: () => ({ personIds: [NEVER] }) },
  "GET retention": {},
  "POST retention": {},
  "GET purge": {},
  "POST purge": {},
  "GET orphans": {},
  "POST snapshots": { body: () => ({ from: "2999-01-01T00:00:00.000Z" }) },
};

async function invitation(world: World): Promise<string> {
  const mark = world.freshMark();
  const { invitationUrl } = await world.admin("POST", "/v1/users", { email: `${mark}@kehu.example`, lastName: mark });
  return /invitations\/([^/]+)\/accept$/.exec(String(invitationUrl))![1]!;
}

/** Of a link that an administrator has made for somebody who is active. */
async function resetToken(world: World): Promise<string> {
  const link = await invitation(world);
  const { id } = await invited(world, link);
  const { passwordResetUrl } = await world.admin("POST", `/v1/users/${String(id)}/password-reset`);
  return new URL(String(passwordResetUrl)).hash.replace("#token=", "");
}

/** @returns the user who followed the link */
async function invited(world: World, token: string): Promise<Record<string, unknown>> {
  const path = `/v1/auth/invitations/${token}/accept`;
  const { accessToken } = await world.system.must("POST", path, undefined, { password: PASSWORD });
  return world.system.must("GET", "/v1/me", String(accessToken));
}

/** An event that a handler has taken already, parked again. */
async function deadLetter(world: World, _actor: Actor, place: Place, path: string): Promise<string> {
  if (place === "absent") return "999999999";
  const schema = schemaOf(path);
  const [row] = await world.system.rows<{ id: string }>(
    `INSERT INTO ${schema}.dead_letter (handler, topic, position, key, event_id, type, payload, reason, attempts)
     SELECT i.handler, l.topic, gen_random_uuid()::text, l.key, i.event_id, l.value::json->>'type', l.value, 'test', 1
     FROM ${schema}.inbox i JOIN bus.log l ON l.value LIKE '%"id":"' || i.event_id || '"%' LIMIT 1 RETURNING id`,
  );
  return row!.id;
}
