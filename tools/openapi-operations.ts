import { namesOf, queryParameters, schemaOf, type Parameter, type Resource } from "@kehu/records";
import { STATUS_CODES } from "node:http";
import type { Handler } from "./openapi-controllers.ts";
import { RECORD, type HandlerFacts } from "./openapi-types.ts";
import type { Schema } from "./schema-changes.ts";

export interface Content {
  content?: Record<string, { schema: Schema }>;
}

export interface Response extends Content {
  description: string;
  headers?: Record<string, object>;
}

export interface Operation {
  operationId: string;
  tags?: string[];
  description?: string;
  security?: object[];
  "x-permission"?: string;
  "x-also-reads"?: readonly string[];
  "x-cost"?: number;
  "x-called-by"?: readonly string[];
  parameters: Parameter[];
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Response | { $ref: string }>;
}

export interface OpenApi {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

interface Described {
  path: string;
  method: string;
  operation: Operation;
  handler: Handler;
  facts: HandlerFacts;
}

/** One problem per status: what it means, and the code that most often comes with it. */
const PROBLEMS: Readonly<Record<number, [description: string, code: string]>> = {
  400: ["Malformed: syntax, type, unknown property or parameter", "request.malformed"],
  401: ["No valid token", "authentication.required"],
  403: ["The permission is missing", "permission.denied"],
  404: ["Not there, or out of the caller's scope", "not-found"],
  409: ["The state does not allow it, or the value is taken", "record.exists"],
  410: ["What the token is for is kept no longer, was fetched, or fits no more: begin anew", "sync.expired"],
  412: ["If-Match names an older version; `current` is the record as it is", "record.stale"],
  413: ["The body is too large", "request.too-large"],
  415: ["The body is not JSON", "request.unsupported-type"],
  422: ["A field does not fit, or a rule is broken", "request.invalid"],
  429: ["Too many requests", "rate.limited"],
  503: ["Something that this needs is away", "service.unavailable"],
};

/** The operation as Nest's generator found it, with what its decorators, types and resource say. */
export function describeOperation(described: Described): Operation {
  const { operation, handler, facts } = described;
  const { permission, alsoReads } = handler.access;
  const { operationId, requestBody } = operation;
  return {
    operationId: nameOf(described),
    tags: [operationId.split(".")[0]!],
    ...(facts.description && { description: facts.description.replaceAll(/\s*\n\s*/g, " ") }),
    security: permission === "public" ? [] : [{ bearer: [] }],
    "x-permission": permission,
    ...(alsoReads.length && { "x-also-reads": alsoReads }),
    ...(handler.cost !== undefined && { "x-cost": handler.cost }),
    ...calledBy(handler),
    parameters: [
      ...pathParameters(operation, handler),
      ...(handler.query ? queryParameters(handler.query) : []),
      ...headersOf(described),
    ],
    ...(requestBody && { requestBody: { ...requestBody, required: true } }),
    responses: { ...successOf(described), ...problemsOf(described) },
  };
}

/** Of a list that `q` searches: the fields that a record is called by. */
function calledBy({ answer }: Handler): Pick<Operation, "x-called-by"> {
  const [first] = (answer?.shape === "page" && answer.resource.keywords) || [];
  return first === undefined ? {} : { "x-called-by": namesOf(first) };
}

/** What every service has under its own path is called after the service: `CustomerOperations.replay`. */
function nameOf({ path, operation }: Described): string {
  const service = /^\/v1\/operations\/([a-z-]+)\//.exec(path)?.[1];
  return service ? pascal(service) + operation.operationId : operation.operationId;
}

const pathParameters = ({ parameters }: Operation, { ids }: Handler): Parameter[] =>
  parameters
    .filter((parameter) => parameter.in === "path")
    .map((parameter) => ({
      ...parameter,
      schema: { type: "string", ...(ids.includes(parameter.name!) && { format: "uuid" }) },
    }));

const isWrite = (method: string) => method === "post" || method === "patch";

/** True for a change of one record that is there. */
const changesRecord = ({ method, path, handler }: Described) =>
  handler.answer !== undefined && method !== "get" && path.includes("{id}");

function headersOf(described: Described): Parameter[] {
  const headers: Parameter[] = [];
  if (isWrite(described.method) && described.handler.access.permission !== "public") {
    headers.push({ $ref: "#/components/parameters/idempotencyKey" });
  }
  if (changesRecord(described)) headers.push({ $ref: "#/components/parameters/ifMatch" });
  return headers;
}

function successOf({ method, handler, facts }: Described): Operation["responses"] {
  const { answer } = handler;
  const status = handler.status ?? (method === "post" ? 201 : 200);
  const isRecord = answer?.shape === "record" || answer?.shape === "created";
  const body = isRecord ? { $ref: RECORD } : facts.answer;
  const schema = body && withRecord(body, answer?.resource);
  const headers = {
    ...(isRecord && { ETag: { $ref: "#/components/headers/etag" } }),
    ...(answer?.shape === "created" && { Location: { $ref: "#/components/headers/location" } }),
    ...(isRecord && isWrite(method) && { "Idempotent-Replayed": { $ref: "#/components/headers/idempotentReplayed" } }),
  };
  return {
    [status]: {
      description: STATUS_CODES[status] ?? "Success",
      ...(Object.keys(headers).length && { headers }),
      ...(schema && status !== 204 && { content: { [handler.mediaType ?? "application/json"]: { schema } } }),
    },
  };
}

/** Puts the resource's schema where the type only says "a record". */
function withRecord(schema: Schema, resource: Resource | undefined): Schema {
  const text = JSON.stringify(schema);
  const record = resource ? { $ref: `#/components/schemas/${recordName(resource)}` } : { type: "object" };
  return JSON.parse(text.replaceAll(JSON.stringify({ $ref: RECORD }), JSON.stringify(record))) as Schema;
}

function problemsOf(described: Described): Operation["responses"] {
  const { method, path, operation, handler } = described;
  const statuses = [400, 429, 503];
  if (handler.access.permission !== "public") statuses.push(401, 403);
  if (path.includes("{")) statuses.push(404);
  // What a saved view asks for may be gone.
  if (method !== "get" || (handler.answer?.shape === "records" && path.includes("{"))) statuses.push(409);
  if (handler.query && "since" in handler.query.parameters) statuses.push(410);
  if (handler.query && "token" in handler.query.parameters) statuses.push(409, 410);
  if (changesRecord(described)) statuses.push(412);
  if (operation.requestBody) statuses.push(413, 415, 422);
  return Object.fromEntries(statuses.sort().map((status) => [status, { $ref: `#/components/responses/${status}` }]));
}

const recordName = (resource: Resource) => pascal(resource.type);
const pascal = (words: string) => words.replaceAll(/(^|[-_])(\w)/g, (_, __, letter: string) => letter.toUpperCase());

const PROBLEM: Schema = {
  type: "object",
  required: ["type", "title", "status", "code", "detail", "traceId"],
  properties: {
    type: { type: "string", description: "urn:kehu:problem:<code>" },
    title: { type: "string", description: "In the language of Accept-Language (en, zh-CN)" },
    status: { type: "integer" },
    code: { type: "string", description: "Stable: programs decide by this" },
    detail: { type: "string" },
    allowed: { type: "array", items: { type: "string" }, description: "What would be allowed" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["field", "code", "message"],
        properties: { field: { type: "string" }, code: { type: "string" }, message: { type: "string" } },
      },
    },
    traceId: { type: "string" },
  },
};

const text: Schema = { type: "string" };

/** What the operations of a document refer to. */
export const componentsOf = (bodies: Record<string, Schema>, resources: Resource[]): OpenApi["components"] => {
  const records = resources.map((resource) => [recordName(resource), schemaOf(resource)] as const);
  const schemas = { Problem: PROBLEM, ...bodies, ...(Object.fromEntries(records) as Record<string, Schema>) };
  return {
    securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT or API key" } },
    schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b))),
    parameters: {
      idempotencyKey: {
        name: "Idempotency-Key",
        in: "header",
        description: "The same key and body within 24 hours gives the stored reply and has no second effect.",
        schema: { type: "string", minLength: 1, maxLength: 255 },
      },
      ifMatch: {
        name: "If-Match",
        in: "header",
        description: "The ETag that the caller knows; another version of the record answers 412.",
        schema: text,
      },
    },
    headers: {
      etag: { description: "Version of the record, in quotes", schema: text },
      location: { description: "Path of the new record", schema: text },
      idempotentReplayed: { description: "`true`: the reply to the first request with this key", schema: text },
    },
    responses: Object.fromEntries(
      Object.entries(PROBLEMS).map(([status, [description, code]]) => [
        status,
        {
          description,
          content: {
            "application/problem+json": {
              schema: { $ref: "#/components/schemas/Problem" },
              example: {
                type: `urn:kehu:problem:${code}`,
                title: description,
                status: Number(status),
                code,
                detail: description,
                traceId: "b1946ac9",
              },
            },
          },
        },
      ]),
    ),
  } as OpenApi["components"];
};
