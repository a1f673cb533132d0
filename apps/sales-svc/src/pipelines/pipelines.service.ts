import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { UnownedRecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Pipeline } from "./pipeline.entity.ts";
import { PipelinesQueries } from "./pipelines.queries.ts";
import { PIPELINES, stagesInUse } from "./pipelines.resource.ts";

@Injectable()
export class PipelinesService extends UnownedRecordService<Pipeline> {
  constructor(
    writing: Writing,
    private readonly queries: PipelinesQueries,
  ) {
    super(PIPELINES, writing);
  }

  /** Two that are made the default at once wait for each other: all pipelines are locked together. */
  async makeDefault(id: string, who: RequestContext) {
    const alongside = await this.queries.ids();
    const decide = async (pipeline: Pipeline, tx: Tx) => {
      if (!pipeline.isDefault) await this.relieve(tx, alongside, who);
      return pipeline.becomeDefault(this.writing.clock.now());
    };
    return this.writing.records.change(PIPELINES, id, who, decide, { alongside });
  }

  override remove(id: string, who: RequestContext) {
    const decide = async (pipeline: Pipeline, tx: Tx) =>
      pipeline.remove(this.writing.clock.now(), await stagesInUse(tx));
    return this.writing.records.change(PIPELINES, id, who, decide, { silent: true });
  }

  private async relieve(tx: Tx, ids: readonly string[], who: RequestContext): Promise<void> {
    const locked = await this.writing.records.lock(tx, PIPELINES, ids, who);
    const changes = locked
      .filter(({ record }) => record.isDefault)
      .map(({ record }) => ({ record, before: record.state(), events: record.giveWay(this.writing.clock.now()) }));
    await this.writing.records.store(tx, PIPELINES, changes, who);
  }
}
