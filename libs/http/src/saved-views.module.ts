import type { Permission } from "@kehu/auth";
import { SavedViews, Viewing, type Resource, type SavedView } from "@kehu/records";
import { Module, type DynamicModule } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { pinsController } from "./pins.controller.ts";
import { savedViewsController } from "./saved-views.controller.ts";

/** What people keep for themselves of the lists of a service: views of them, and records that they have pinned. */
@Module({})
export class SavedViewsModule {
  /**
   * @param views as a resource
   * @param share lets somebody show views to others
   * @param listed the resources whose lists they are of
   */
  static of<T extends SavedView>(views: Resource<T>, share: Permission, listed: readonly Resource[]): DynamicModule {
    return {
      module: SavedViewsModule,
      imports: [TypeOrmModule.forFeature([views.entity])],
      controllers: listed.flatMap((of) => [savedViewsController(views as Resource, of), pinsController(of)]),
      providers: [
        {
          provide: SavedViews,
          useFactory: (viewing: Viewing) => new SavedViews(views, share, viewing),
          inject: [Viewing],
        },
      ],
    };
  }
}
