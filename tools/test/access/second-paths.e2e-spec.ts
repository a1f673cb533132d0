import { randomUUID } from "node:crypto";
import {
  aggregates,
  byForeignName,
  filters,
  numbers,
  ofStrangers,
  ordersAndPages,
  partsAndSpellings,
  references,
  type FieldView,
} from "./attempts.ts";
import { childrenRecipe, nestedOperations, underForeignParents } from "./children.ts";
import { Clerk, CLOSED, SECRET } from "./closed-fields.ts";
import { auditedExport, exportedRecords } from "./exports.ts";
import { People } from "./people.ts";
import { PLACES, type Actor } from "./policy-model.ts";
import { throughReferences, throughReferring, type RelatedView } from "./related.ts";
import { inParallel } from "./requests.ts";
import { RESOURCES } from "./resources.ts";
import { System } from "./system.ts";
import { pageOf, Watch } from "./watch.ts";
import { ALWAYS } from "./planted.ts";
import { markOf, World } from "./world.ts";

const START_MS = 240_000;
const PATHS_MS = 240_000;

/** Who does not see everything. */
const RESTRICTED = ["owner", "peer", "manager", "other branch", "without role", "anonymous", "narrow key"] as const;
/** Of them, who sees something. */
const SOMEBODY = ["owner", "manager", "other branch"] as const;
const OWNED = RESOURCES.filter(({ owned }) => owned);

describe("What is out of reach shows on no second path", () => {
  let system: System;
  let world: World;
  let clerk: Clerk;

  beforeAll(async () => {
    system = await System.start();
    world = await World.plant(system, await People.arrive(system));
    clerk = await Clerk.join(world);
  }, START_MS);
  afterAll(() => system.stop(), START_MS);

  /** Has actors try something, each on his own. @returns what showed itself */
  const tryAs = (actors: readonly Actor[], attempt: (watch: Watch) => Promise<void>) =>
    inParallel(actors, async (actor) => {
      const watch = new Watch(world, actor);
      await attempt(watch);
      return watch.faults;
    });
  const dataOf = async (path: string) => (await world.admin("GET", path))["data"];
  const fieldsOf = async (name: string) => (await dataOf(`/v1/${name}/fields`)) as FieldView[];

  it("shows its marks to who may see them", async () => {
    for (const resource of RESOURCES) {
      const place = resource.owned ? "mine" : "nobody's";
      const path = `/v1/${resource.name}/${world.id(resource, place)}`;
      for (const actor of ["administrator", "owner"] as const) {
        expect((await system.ask("GET", path, world.people.token(actor))).text).toContain(markOf(resource.name, place));
      }
    }
  });

  it.each(OWNED)(
    "GET /v1/$name: every order, field and page",
    async (resource) => {
      const fields = await fieldsOf(resource.name);
      expect(await tryAs(RESTRICTED, (watch) => ordersAndPages(watch, resource, fields))).toEqual([]);
    },
    PATHS_MS,
  );

  it.each(OWNED)(
    "A07 filters and POST /v1/$name/search: every field and operator, in and out of an OR",
    async (resource) => {
      const fields = (await fieldsOf(resource.name)).filter(({ filterable }) => filterable);
      const all = pageOf({ body: await world.admin("GET", `/v1/${resource.name}?limit=200`) });
      expect(await tryAs(SOMEBODY, (watch) => filters(watch, resource, fields, all))).toEqual([]);
    },
    PATHS_MS,
  );

  it(
    "A07 related records: every field of what is referred to, and every record that refers",
    async () => {
      const asked = { through: 0, by: 0 };
      for (const resource of OWNED) {
        const related = (await world.admin("GET", `/v1/${resource.name}/fields`))["related"] as RelatedView[];
        const { data } = pageOf({ body: await world.admin("GET", `/v1/${resource.name}?limit=200`) });
        const attempt = async (watch: Watch) => {
          asked.through += await throughReferences(watch, resource, related, data);
          asked.by += await throughReferring(watch, resource, related);
        };
        expect(await tryAs(SOMEBODY, attempt)).toEqual([]);
      }
      expect(asked.through).toBeGreaterThan(500);
      expect(asked.by).toBeGreaterThan(50);
    },
    PATHS_MS,
  );

  it.each(OWNED)(
    "A06 GET /v1/$name/aggregate: every field",
    async (resource) => {
      const fields = await fieldsOf(resource.name);
      expect(await tryAs(RESTRICTED, (watch) => aggregates(watch, resource, fields))).toEqual([]);
    },
    PATHS_MS,
  );

  it.each(OWNED)(
    "A33 POST /v1/$name/exports: the file holds what may be read and exported",
    async (resource) => {
      const exporting = ["owner", "manager", "administrator"] as const;
      expect(await tryAs(exporting, (watch) => exportedRecords(watch, resource, ALWAYS))).toEqual([]);
    },
    PATHS_MS,
  );

  it(
    "A33 a file that is made and fetched is in the audit trail, with resource and columns",
    async () => {
      expect(await tryAs(["owner"], auditedExport)).toEqual([]);
    },
    PATHS_MS,
  );

  it.each(OWNED)(
    "A06 a record of $name by its parts, in other spellings, with a version that it has not",
    async (resource) => {
      expect(await tryAs(SOMEBODY, (watch) => partsAndSpellings(watch, resource))).toEqual([]);
    },
    PATHS_MS,
  );

  it.each(OWNED)(
    "A05 POST /v1/$name/bulk by the name of a record in another system",
    async (resource) => {
      expect(await tryAs(SOMEBODY, (watch) => byForeignName(watch, resource))).toEqual([]);
    },
    PATHS_MS,
  );

  it(
    "A06 metrics: every grouping, and the records behind each number",
    async () => {
      const metrics = (await dataOf("/v1/metrics")) as { name: string; dimensions: string[] }[];
      expect(await tryAs(RESTRICTED, (watch) => numbers(watch, metrics))).toEqual([]);
    },
    PATHS_MS,
  );

  it(
    "A03 references to what is out of reach, by id and by its name in another system",
    async () => {
      expect(await tryAs(SOMEBODY, references)).toEqual([]);
    },
    PATHS_MS,
  );

  it.each(["owner", "manager"] as const)(
    "A03 consents and suppressions of who is out of reach, as %s",
    async (actor) => {
      expect(await tryAs([actor], ofStrangers)).toEqual([]);
    },
    PATHS_MS,
  );

  it("A04 every operation that names a child has a recipe", () => {
    expect(nestedOperations().length).toBeGreaterThan(20);
    expect(nestedOperations().filter((one) => !childrenRecipe(one))).toEqual([]);
  });

  it.each(nestedOperations().filter((one) => childrenRecipe(one)))(
    "A04 $method $path: a child under a parent that is not its own",
    async (operation) => {
      const asking: Actor = operation.path.includes("/collaborators/") ? "owner" : "administrator";
      expect(await tryAs([asking], (watch) => underForeignParents(watch, operation))).toEqual([]);
    },
    PATHS_MS,
  );

  it("somebody else's cursor and idempotency key", async () => {
    const { token } = world.people.get("administrator");
    const key = { "idempotency-key": randomUUID() };
    const body = { name: markOf("accounts", "nobody's") };
    expect((await system.ask("POST", "/v1/accounts", token, body, key)).status).toBe(201);
    const attempt = async (watch: Watch) => {
      for (const { name } of OWNED) {
        const { page } = pageOf({ body: await world.admin("GET", `/v1/${name}?limit=1`) });
        const { status } = await watch.ask("GET", `/v1/${name}?limit=1&cursor=${encodeURIComponent(page.nextCursor!)}`);
        if (status !== 400) watch.note(`the cursor of ${name} answers ${status}`);
      }
      const { status } = await watch.ask("POST", "/v1/accounts", { body: { name: "fresh" }, headers: key });
      if (status !== 201) watch.note(`the key answers ${status}`);
    };
    expect(await tryAs(SOMEBODY, attempt)).toEqual([]);
  });

  it.each(CLOSED)(
    "A08 fields of $name that a role closes: $hidden is hidden, $readOnly read only",
    async (closed) => {
      expect(await clerk.faults(closed)).toEqual([]);
    },
    PATHS_MS,
  );

  it("what any process has written down, also where the database refused", async () => {
    const twice = { email: "zq-twice-zq@kehu.example", lastName: "zq-twice-zq" };
    const { token } = world.people.get("administrator");
    const answers = await Promise.all(Array.from({ length: 20 }, () => system.ask("POST", "/v1/users", token, twice)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const planted = RESOURCES.flatMap(({ name }) => PLACES.map((place) => markOf(name, place)));
    const marks = [...planted, SECRET, "zq-twice-zq"];
    const written = [...system.logs()].flatMap(([file, text]) =>
      text
        .split("\n")
        .filter((line) => marks.some((mark) => line.includes(mark)))
        .map((line) => `${file}: ${line}`),
    );
    expect(written).toEqual([]);
    expect([...system.logs().values()].join("").length).toBeGreaterThan(10_000);
  });
});
