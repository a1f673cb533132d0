import type { RequestContext } from "@kehu/auth";
import { NotFound } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { usualSteps } from "./comparison.ts";
import { KEYS } from "./configuration-file.ts";
import type { Held, Item, Kept, Section, Step } from "./item.ts";
import { ServiceParts } from "./service-parts.service.ts";

interface Stage {
  name: string;
  category: string;
  probability: number;
}

/** The ways of deals. */
@Injectable()
export class PipelinesSection implements Section {
  readonly name = "pipelines";
  readonly concept = "sales.pipeline";
  readonly reading = "sales.pipeline.read";

  constructor(private readonly services: ServiceParts) {}

  async read(who: RequestContext): Promise<Held> {
    if (!this.isHere()) return { items: [], leftOut: [] };
    const listed = await this.services.all("sales", "/v1/pipelines", ["sales.pipeline.read"], who);
    const items = listed.map(({ id, version, name, isDefault, stages }) => {
      const value = { name, isDefault, stages: stagesOf(stages as Stage[]) };
      return { key: KEYS.pipelines(value), value, id, version };
    });
    return { items, leftOut: [] };
  }

  needs() {
    return { read: ["sales.pipeline.read"], write: ["sales.pipeline.write"] } as const;
  }

  conflict() {
    return this.isHere() ? undefined : { code: "resource.unknown", message: "Here are no pipelines." };
  }

  /** One becomes the default in place of another; none ceases to be it by itself. */
  steps({ key, value }: Item, kept: Kept | undefined): Step[] {
    const body = { name: value["name"], stages: stagesOf(value["stages"] as Stage[]) };
    let id = kept?.id;
    const written = usualSteps({ key, value: body }, kept, async (_names, who) => {
      id = await this.write(body, kept, who);
    });
    if (value["isDefault"] !== true || kept?.value["isDefault"] === true) return written;
    const step: Step = {
      change: "update",
      fields: ["isDefault"],
      from: { isDefault: false },
      to: { isDefault: true },
      isLast: true, // it changes the former default, too, which the file may change by its version
      run: async (who) => {
        if (id === undefined) throw new NotFound();
        const path = `/v1/pipelines/${id}/make-default`;
        await this.services.ask("sales", { method: "POST", path, permissions: PERMISSIONS }, who);
      },
    };
    return [...written, step];
  }

  private async write(body: object, kept: Kept | undefined, who: RequestContext): Promise<string> {
    const made = await this.services.ask<{ id: string }>(
      "sales",
      kept
        ? { method: "PATCH", path: `/v1/pipelines/${kept.id}`, body, permissions: PERMISSIONS, ifMatch: kept.version }
        : { method: "POST", path: "/v1/pipelines", body, permissions: PERMISSIONS },
      who,
    );
    return made.id;
  }

  private isHere(): boolean {
    return this.services.resources().some(({ concept }) => concept === this.concept);
  }
}

const PERMISSIONS = ["sales.pipeline.read", "sales.pipeline.write"] as const;

const stagesOf = (stages: readonly Stage[]) =>
  stages.map(({ name, category, probability }) => ({ name, category, probability }));
