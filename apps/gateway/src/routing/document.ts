/** The parts of an OpenAPI 3.1 document that the gateway reads. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, OpenApiOperation>>;
  components?: { schemas?: Record<string, unknown> };
  tags?: { name: string }[];
}

export interface OpenApiOperation {
  "x-permission"?: unknown;
  "x-also-reads"?: unknown;
  "x-cost"?: unknown;
  "x-called-by"?: unknown;
  parameters?: { name?: string }[];
  requestBody?: { content?: Record<string, unknown> };
}

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];
