import { Injectable, Logger } from "@nestjs/common";
import findMyWay, { type HTTPMethod, type Instance, type HTTPVersion } from "find-my-way";
import { Config } from "../gateway-config.ts";
import { METHODS, type OpenApiDocument } from "./document.ts";
import { operationsOf, type Operation } from "./openapi.ts";

type Router = Instance<HTTPVersion.V1>;

/** What a path leads to. */
export type Match = { operation: Operation } | { allowed: readonly string[] };

/** Which operation of which service a request means; built anew whenever a document changes. */
@Injectable()
export class RouteTable {
  private readonly log = new Logger(RouteTable.name);
  private documents: ReadonlyMap<string, OpenApiDocument> = new Map();
  private readonly operations = new Map<string, Operation[]>();
  private router: Router = newRouter();

  constructor(private readonly config: Config) {}

  /** Takes over the document of a service. */
  set(service: string, document: OpenApiDocument): void {
    const refuse = (what: string, why: string) => this.log.error(`${service}: ${what} ${why}. It is refused.`);
    this.operations.set(service, operationsOf(service, document, refuse));
    this.documents = this.inOrder(new Map([...this.documents, [service, document]]));
    this.router = this.build();
  }

  has(service: string): boolean {
    return this.documents.has(service);
  }

  /** The documents by service; another map whenever one changes. */
  all(): ReadonlyMap<string, OpenApiDocument> {
    return this.documents;
  }

  /** The operation; or the methods that the path takes, none where there is no such path. HEAD is answered like GET. */
  find(method: string, path: string): Match {
    const found = this.router.find((method === "HEAD" ? "GET" : method) as HTTPMethod, path);
    if (found) return { operation: found.store as Operation };
    return { allowed: METHODS.filter((candidate) => this.router.find(candidate, path) !== null) };
  }

  /** By the order of the configuration, so that the result does not depend on which service answers first. */
  private inOrder<V>(byService: ReadonlyMap<string, V>): Map<string, V> {
    const order = this.config.upstreams.map(({ name }) => name);
    return new Map([...byService].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
  }

  private build(): Router {
    const router = newRouter();
    const owners = new Map<string, string>();
    for (const operation of [...this.inOrder(this.operations).values()].flat()) {
      const { service, method, path } = operation;
      const key = `${method} ${path.replace(/:\w+/g, ":")}`;
      const owner = owners.get(key);
      if (owner !== undefined) {
        this.log.error(`${service}: ${method} ${path} belongs to ${owner} already. It is refused.`);
        continue;
      }
      owners.set(key, service);
      router.on(method, path, () => undefined, operation);
    }
    return router;
  }
}

function newRouter(): Router {
  return findMyWay({
    caseSensitive: true,
    ignoreTrailingSlash: false,
    ignoreDuplicateSlashes: false,
    maxParamLength: 200,
  });
}
