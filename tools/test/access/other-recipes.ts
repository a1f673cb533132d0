import { PASSWORD } from "./people.ts";
import type { Actor, Place } from "./policy-model.ts";
import type { Recipe } from "./recipe.ts";
import type { Tokens } from "./system.ts";
import type { World } from "./world.ts";

const NEVER = "01980000-0000-7000-8000-00000000dead";

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
  "GET /v1/me": {},
  "GET /v1/me/permissions": {},
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
  "POST /v1/operations/gateway/dead-letters/{id}/replay": {
    places: ["nobody's", "absent"],
    why: { "nobody's": "the gateway follows no events, so none is parked" },
    subject: () => Promise.resolve("999999999"),
  },
  "POST /v1/operations/gateway/dead-letters/{id}/discard": {
    places: ["nobody's", "absent"],
    why: { "nobody's": "the gateway follows no events, so none is parked" },
    subject: () => Promise.resolve("999999999"),
  },
};

const schemaOf = (path: string) => path.split("/")[3]!.replace("-", "_");

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
  "POST snapshots": { body: () => ({ from: "2999-01-01T00:00:00.000Z" }) },
};

async function invitation(world: World): Promise<string> {
  const mark = world.freshMark();
  const { invitationUrl } = await world.admin("POST", "/v1/users", { email: `${mark}@kehu.example`, lastName: mark });
  return /invitations\/([^/]+)\/accept$/.exec(String(invitationUrl))![1]!;
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
