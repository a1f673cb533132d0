import { Exporting, Exports, ExportWorker, type ExportNews, type Resource } from "@kehu/records";
import { Module, type DynamicModule } from "@nestjs/common";
import { exportsController } from "./exports.controller.ts";

/** Lists of a service as files. */
@Module({})
export class ExportsModule {
  /**
   * @param news what the service calls the events of its exports
   * @param resources whose records are taken out
   */
  static of(news: ExportNews, resources: readonly Resource[]): DynamicModule {
    return {
      module: ExportsModule,
      controllers: resources.map(exportsController),
      providers: [
        Exporting,
        {
          provide: ExportWorker,
          useFactory: (exporting: Exporting) => new ExportWorker(exporting, resources, news),
          inject: [Exporting],
        },
        {
          provide: Exports,
          useFactory: (exporting: Exporting, worker: ExportWorker) => new Exports(exporting, worker, news),
          inject: [Exporting, ExportWorker],
        },
      ],
    };
  }
}
