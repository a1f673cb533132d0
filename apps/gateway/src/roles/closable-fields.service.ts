import { Unavailable } from "@kehu/contracts";
import { ALWAYS_OPEN } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { DocsService } from "../docs/docs.service.ts";
import { Documents } from "../routing/documents.service.ts";
import type { ClosableFields } from "./field-rules.ts";

interface Document {
  paths: Record<string, { get?: { "x-permission"?: string; responses?: Record<string, unknown> } }>;
  components: { schemas: Record<string, Schema> };
}

interface Schema {
  properties?: Record<string, Schema>;
}

/** `/v1/accounts/{id}`, with which a record is read. */
const RECORD = /^\/v1\/[a-z-]+\/\{id\}$/;
const SCHEMA = /"#\/components\/schemas\/(\w+)"/;

/** Which fields a role can close: those that the services' documents show of their records. */
@Injectable()
export class ClosableFieldsService {
  constructor(
    private readonly docs: DocsService,
    private readonly documents: Documents,
  ) {}

  /** @throws Unavailable while no service has told of its records yet */
  async all(): Promise<ClosableFields> {
    await this.documents.refresh();
    const { paths, components } = JSON.parse(await this.docs.document()) as Document;
    const found = Object.entries(paths).flatMap(([path, { get }]) => {
      const concept = /^(.+)\.read$/.exec(get?.["x-permission"] ?? "")?.[1];
      const schema = SCHEMA.exec(JSON.stringify(get?.responses?.["200"] ?? ""))?.[1];
      if (!RECORD.test(path) || concept === undefined || schema === undefined) return [];
      const names = namesIn(components.schemas[schema]);
      return [[concept, new Set(names.filter((name) => isField(name, names)))] as const];
    });
    if (!found.some(([concept]) => !concept.startsWith("identity.")))
      throw new Unavailable("service.unavailable", "The services have not told of their fields yet.");
    return new Map(found);
  }
}

/** Names of what a record shows; of the fields that the company has added each by itself, too: `custom.region`. */
function namesIn(schema: Schema | undefined): string[] {
  const { custom, ...others } = schema?.properties ?? {};
  const added = Object.keys(custom?.properties ?? {}).map((name) => `custom.${name}`);
  return [...Object.keys(others), ...(custom ? ["custom"] : []), ...added];
}

/** The name beside a reference goes with what it is the name of. */
function isField(name: string, names: readonly string[]): boolean {
  return !ALWAYS_OPEN.has(name) && !(name.endsWith("Name") && names.includes(name.replace(/Name$/, "Id")));
}
