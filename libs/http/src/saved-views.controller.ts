import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import {
  alsoReadBy,
  Answers,
  CreateSavedView,
  ListParameters,
  SavedViews,
  UpdateSavedView,
  type Resource,
} from "@kehu/records";
import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, type Type } from "@nestjs/common";
import { controllerName } from "./controller-name.ts";
import { ParseId } from "./validation.pipe.ts";

/**
 * Makes the controller of the views that people save of one resource's list: whoever may read its records has some.
 *
 * @param views as a resource
 * @param of the resource that is listed
 */
export function savedViewsController(views: Resource, of: Resource): Type {
  const { read } = of.permissions;
  const options = { alsoReads: alsoReadBy(of) };

  abstract class SavedViewsController {
    constructor(@Inject(SavedViews) private readonly views: SavedViews) {}

    /** One's own views, those of one's team and those for everyone. */
    @Get()
    @RequirePermission(read)
    @Answers("page", views)
    list(@Query() query: ListParameters, @Who() who: RequestContext) {
      return this.views.list(of, query, who);
    }

    @Post()
    @RequirePermission(read, options)
    @Answers("created", views)
    create(@Body() body: CreateSavedView, @Who() who: RequestContext) {
      return this.views.keep(of, body, who);
    }

    @Get(":id")
    @RequirePermission(read)
    @Answers("record", views)
    get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
      return this.views.get(of, id, who);
    }

    /** Its owner changes it; for the team or everyone he needs the permission to share views. */
    @Patch(":id")
    @RequirePermission(read, options)
    @Answers("record", views)
    change(@Param("id", ParseId) id: string, @Body() body: UpdateSavedView, @Who() who: RequestContext) {
      return this.views.alter(of, id, body, who);
    }

    @Delete(":id")
    @RequirePermission(read)
    @Answers("nothing", views)
    remove(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
      return this.views.discard(of, id, who);
    }

    @Post(":id/restore")
    @RequirePermission(read)
    @Answers("record", views)
    restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
      return this.views.bringBack(of, id, who);
    }

    @Get(":id/history")
    @RequirePermission(read)
    @Answers("history", views)
    history(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
      return this.views.historyOf(of, id, query, who);
    }

    /** The records that the view finds for the caller. 409 `view.outdated`: it names a field that is gone, or hidden from him. */
    @Get(":id/records")
    @RequirePermission(read, options)
    @Answers("records", of)
    records(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
      return this.views.records(of, id, query, who);
    }
  }

  @Controller(`v1/${of.name}/views`)
  class ResourceViewsController extends SavedViewsController {}

  return controllerName(ResourceViewsController, of, "ViewsController");
}
