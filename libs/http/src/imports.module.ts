import { Callers, ImportFiles, Imports, ImportWorker, type Resource } from "@kehu/records";
import { Module, type DynamicModule } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { countCallers } from "./callers.ts";
import { importsController } from "./imports.controller.ts";

const IMPORTED = Symbol("resources into which files are imported");
const COUNTED = Symbol("callers to whom imports give way");

/** Imports of files into the resources of a service. */
@Module({})
export class ImportsModule {
  /** @param resources those into which files are imported */
  static of(resources: readonly Resource[]): DynamicModule {
    return {
      module: ImportsModule,
      controllers: resources.map(importsController),
      providers: [
        Callers,
        ImportFiles,
        Imports,
        ImportWorker,
        {
          provide: IMPORTED,
          useFactory: (worker: ImportWorker) => resources.forEach((one) => worker.register(one)),
          inject: [ImportWorker],
        },
        { provide: COUNTED, useFactory: countCallers, inject: [HttpAdapterHost, Callers] },
      ],
    };
  }
}
