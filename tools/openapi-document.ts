import "reflect-metadata";
import type { Type } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { handlersOf, operationId, type Handler } from "./openapi-controllers.ts";
import { componentsOf, describeOperation, type OpenApi } from "./openapi-operations.ts";
import { schemasOf } from "./openapi-schemas.ts";
import { handlerFacts, type HandlerFacts } from "./openapi-types.ts";

/** What the configuration of an app asks for, so that its modules load; nothing connects to any of it. */
const ENVIRONMENT = {
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing",
  KEHU_CURSOR_SECRET: "0123456789-abcdefghijklmnopqrstuvwxyz",
  KEHU_MASTER_KEY: "0123456789-abcdefghijklmnopqrstuvwxyz",
  KEHU_INTERNAL_SECRET: "0123456789-abcdefghijklmnopqrstuvwxyz",
  KEHU_INTERNAL_SECRETS: "customer=0123456789-abcdefghijklmnopqrstuvwxyz",
  KEHU_SERVICES: "customer=http://127.0.0.1:1",
  KEHU_KEYS_DIR: "nowhere",
  KEHU_AUDIT_DIR: "nowhere",
};

/** Paths for the gateway and for the orchestrator. */
const NOT_FOR_CLIENTS = /^\/(internal|health)\//;

/** Names of the apps that answer HTTP requests. */
export const appsIn = (root: string): string[] =>
  globSync("apps/*/src/app.module.ts", { cwd: root })
    .map((file) => file.split(/[\\/]/)[1]!)
    .sort();

/**
 * The OpenAPI documents of the built apps. Nothing is connected to and nothing listens: Nest only reads the modules.
 *
 * @returns documents by name of the app
 * @throws Error that lists operations without a permission, bodies that no class checks, and queries that nothing declares
 */
export async function openApiDocuments(root: string, version: string): Promise<Record<string, OpenApi>> {
  Object.assign(process.env, ENVIRONMENT);
  const facts = handlerFacts(root);
  const documents: Record<string, OpenApi> = {};
  for (const app of appsIn(root)) {
    const { AppModule } = await load<{ AppModule: Type }>(join(root, "apps", app, "dist/app.module.js"));
    documents[app] = await openApiOf(AppModule, `Kehu ${app}`, version, (handler) => factsOf(facts, app, handler));
  }
  return documents;
}

/** The OpenAPI document of one application. */
export async function openApiOf(
  module: Type,
  title: string,
  version: string,
  factsFor: (handler: Handler) => HandlerFacts,
): Promise<OpenApi> {
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    logger: ["error"],
    preview: true,
    abortOnError: false,
  });
  const handlers = handlersOf(app);
  const settings = new DocumentBuilder().setOpenAPIVersion("3.1.0").setTitle(title).setVersion(version).build();
  const document = SwaggerModule.createDocument(app, settings, {
    operationIdFactory: operationId,
    autoTagControllers: false,
  }) as unknown as OpenApi;
  await app.close();
  return complete(document, handlers, factsFor);
}

function complete(
  document: OpenApi,
  handlers: Map<string, Handler>,
  factsFor: (handler: Handler) => HandlerFacts,
): OpenApi {
  const paths: OpenApi["paths"] = {};
  const forClients = new Set<Handler>();
  for (const [path, operations] of Object.entries(document.paths).sort(([a], [b]) => a.localeCompare(b))) {
    if (NOT_FOR_CLIENTS.test(path)) continue;
    paths[path] = Object.fromEntries(
      Object.entries(operations).map(([method, operation]) => {
        const handler = handlers.get(operation.operationId)!;
        forClients.add(handler);
        return [method, describeOperation({ path, method, operation, handler, facts: factsFor(handler) })];
      }),
    );
  }
  const all = [...forClients];
  const resources = new Set(all.flatMap(({ answer }) => answer?.resource ?? []));
  return {
    ...document,
    paths,
    components: componentsOf(schemasOf(all.flatMap(({ body }) => body ?? [])), [...resources]),
  };
}

/** A handler that a controller of a library brings along is found under the library's name. */
function factsOf(facts: Map<string, HandlerFacts>, app: string, { source }: Handler): HandlerFacts {
  const own = facts.get(`${app}/${source}`);
  const inherited = [...facts].find(([key]) => key.endsWith(`/${source}`))?.[1];
  return own ?? inherited ?? { description: "", answer: undefined };
}

async function load<T>(file: string): Promise<T> {
  if (!existsSync(file)) throw new Error(`${file} is missing: build first.`);
  return (await import(pathToFileURL(file).href)) as T;
}
