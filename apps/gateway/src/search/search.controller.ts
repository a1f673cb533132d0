import { Cost, OwnAccess, Who, type RequestContext } from "@kehu/auth";
import { ListParameters, Takes } from "@kehu/records";
import { Controller, Get, Query } from "@nestjs/common";
import { SEARCH, SearchQueries, type SearchAnswer } from "./search.queries.ts";

@Controller("v1/search")
export class SearchController {
  constructor(private readonly queries: SearchQueries) {}

  /**
   * Looks in all kinds of records that the caller may read; each comes in the order of how well it fits. What nothing is found
   * of is left out. A service that does not answer now is named in `unavailable`, and the others' records are there.
   */
  @Get()
  @OwnAccess()
  @Cost(50)
  @Takes(SEARCH)
  find(@Query() query: ListParameters, @Who() who: RequestContext): Promise<SearchAnswer> {
    return this.queries.find(query, who);
  }
}
