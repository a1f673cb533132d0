import { Injectable, type OnModuleInit } from "@nestjs/common";
import type { FastifyRequest } from "fastify";
import { readFile } from "node:fs/promises";
import { costOf, type Priced } from "../routing/cost.ts";
import type { OpenApiDocument } from "../routing/document.ts";
import { operationsOf } from "../routing/openapi.ts";

/** The gateway's own document, in the folder of the app. */
export const OWN_DOCUMENT = new URL("../../openapi.json", import.meta.url);

const CHEAP: Priced = { cost: 1, counts: false };

/** What the orchestrator asks: neither counted nor refused. */
export const isHealth = (route: string | undefined) => route?.startsWith("/health/") === true;

/** What the gateway's own operations cost. */
@Injectable()
export class OwnCosts implements OnModuleInit {
  private byRoute: ReadonlyMap<string, Priced> = new Map();

  async onModuleInit(): Promise<void> {
    const document = JSON.parse(await readFile(OWN_DOCUMENT, "utf8")) as OpenApiDocument;
    const operations = operationsOf("gateway", document, () => undefined); // what is not under /v1 is cheap
    this.byRoute = new Map(operations.map((operation) => [`${operation.method} ${operation.path}`, operation]));
  }

  of({ method, routeOptions, raw }: Pick<FastifyRequest, "method" | "routeOptions" | "raw">): number {
    const route = `${method === "HEAD" ? "GET" : method} ${routeOptions.url ?? ""}`;
    return costOf(this.byRoute.get(route) ?? CHEAP, raw.url ?? "");
  }
}
