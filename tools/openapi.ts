/**
 * `npm run openapi`: writes the documents that are generated from the code (docs/asyncapi.json, apps/<name>/openapi.json).
 *
 * --check    writes nothing; fails when one is stale, or when a change since the last release breaks clients
 * --release  also keeps them as what later changes must not break
 */
import { EVENTS } from "@kehu/contracts";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { breakingEvents, released, type ReleasedEvents } from "./asyncapi-changes.ts";
import { asyncApi } from "./asyncapi.ts";
import { breakingOperations } from "./openapi-changes.ts";
import { openApiDocuments } from "./openapi-document.ts";
import type { OpenApi } from "./openapi-operations.ts";
import { staleDocuments, textOf, type Documents } from "./openapi-stale.ts";

const ROOT = join(import.meta.dirname, "..");
const RELEASED_EVENTS = "libs/contracts/released/events.json";
const releasedApi = (app: string) => `docs/released/${app}.openapi.json`;

const { version } = readJson<{ version: string }>("package.json")!;
const apis = Object.entries(await openApiDocuments(ROOT, version));
const documents: Documents = {
  "docs/asyncapi.json": asyncApi(EVENTS, version),
  ...Object.fromEntries(apis.map(([app, document]) => [`apps/${app}/openapi.json`, document])),
};

switch (process.argv[2]) {
  case undefined:
    writeDocuments();
    break;
  case "--release":
    writeDocuments();
    write(RELEASED_EVENTS, released(EVENTS));
    apis.forEach(([app, document]) => write(releasedApi(app), document));
    break;
  case "--check": {
    const stale = staleDocuments(ROOT, documents).map((path) => `${path} is stale: npm run openapi`);
    const breaks = [
      ...breakingEvents(readJson<ReleasedEvents>(RELEASED_EVENTS) ?? {}, released(EVENTS)),
      ...apis.flatMap(([app, document]) => {
        const before = readJson<OpenApi>(releasedApi(app));
        return before ? breakingOperations(before, document).map((change) => `${app}: ${change}`) : [];
      }),
    ];
    for (const fault of [...stale, ...breaks]) console.log(fault);
    process.exitCode = stale.length + breaks.length ? 1 : 0;
    break;
  }
  default:
    console.error("Usage: npm run openapi [-- --check | --release]");
    process.exitCode = 2;
}

function writeDocuments(): void {
  Object.entries(documents).forEach(([path, document]) => write(path, document));
}

function readJson<T>(path: string): T | undefined {
  const file = join(ROOT, path);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;
}

function write(path: string, document: object): void {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), textOf(document));
  console.log(path);
}
