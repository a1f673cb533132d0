import { Injectable } from "@nestjs/common";
import type { FastifyInstance } from "fastify";
import findMyWay, { type HTTPMethod } from "find-my-way";
import { METHODS } from "../routing/document.ts";

/** Which methods the gateway's own paths take, so that others get 405 and not 404. */
@Injectable()
export class OwnRoutes {
  private readonly router = findMyWay({ maxParamLength: 200 });

  /** Takes down every route that is registered from now on, but the proxy's. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook("onRoute", ({ url, method }) => {
      if (url.includes("*")) return;
      for (const name of METHODS) {
        if ([method].flat().includes(name) && !this.router.hasRoute(name, url))
          this.router.on(name, url, () => undefined);
      }
    });
  }

  methods(path: string): string[] {
    return METHODS.filter((method) => this.router.find(method as HTTPMethod, path) !== null);
  }
}
