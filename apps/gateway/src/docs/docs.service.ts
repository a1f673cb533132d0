import { Injectable } from "@nestjs/common";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { OWN_DOCUMENT } from "../limits/own-costs.ts";
import { pricedOf } from "../routing/cost.ts";
import { METHODS, type OpenApiDocument } from "../routing/document.ts";
import { RouteTable } from "../routing/route-table.ts";
import { mergeDocuments } from "./merged-document.ts";

const require = createRequire(import.meta.url);

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Kehu API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
const START = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: true });\n`;

const TYPES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

/** The document with the cost of each operation, declared or not. */
function withCosts(document: OpenApiDocument): OpenApiDocument {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const priced = { ...item };
    for (const method of METHODS) {
      const operation = item[method.toLowerCase()];
      if (!operation || !path.startsWith("/v1/")) continue;
      const { cost } = pricedOf(method, path, operation, () => undefined);
      priced[method.toLowerCase()] = { ...operation, "x-cost": cost };
    }
    return [path, priced] as const;
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

interface Asset {
  type: string;
  bytes: Buffer;
}

/** The API page. Its files are read when somebody asks for them first. */
@Injectable()
export class DocsService {
  readonly page = PAGE;
  private own: Promise<OpenApiDocument> | undefined;
  private merged: { of: object; text: string } | undefined;
  private readonly assets = new Map<string, Promise<Asset>>();

  constructor(private readonly table: RouteTable) {}

  /** The merged OpenAPI document. */
  async document(): Promise<string> {
    const services = this.table.all();
    if (this.merged?.of !== services) {
      this.own ??= readFile(OWN_DOCUMENT, "utf8").then((text) => JSON.parse(text) as OpenApiDocument);
      this.merged = { of: services, text: JSON.stringify(withCosts(mergeDocuments(await this.own, services))) };
    }
    return this.merged.text;
  }

  /** A file of the page; undefined where it has none of that name. */
  asset(name: string): Promise<Asset> | undefined {
    if (name === "start.js")
      return Promise.resolve({ type: "text/javascript; charset=utf-8", bytes: Buffer.from(START) });
    const type = TYPES[name];
    if (type === undefined) return undefined;
    let asset = this.assets.get(name);
    if (!asset) {
      const folder = dirname(require.resolve("swagger-ui-dist/package.json"));
      asset = readFile(join(folder, name)).then((bytes) => ({ type, bytes }));
      this.assets.set(name, asset);
    }
    return asset;
  }
}
