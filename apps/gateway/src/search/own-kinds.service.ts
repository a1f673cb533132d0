import { accessOf } from "@kehu/auth";
import { ANSWER, namesOf, type Answer, type Resource } from "@kehu/records";
import { Injectable, type OnModuleInit } from "@nestjs/common";
import { DiscoveryService } from "@nestjs/core";

type Controller = (new (...parameters: never[]) => object) & { prototype: Record<string, object> };

/** What of the gateway's own records `q` finds, by what its controllers declare. */
@Injectable()
export class OwnKinds implements OnModuleInit {
  private resources: readonly Resource[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    const controllers = this.discovery.getControllers().map(({ metatype }) => metatype as Controller);
    this.resources = [...new Set(controllers.flatMap(listedBy))].filter(({ keywords }) => keywords);
  }

  all(): readonly Resource[] {
    return this.resources;
  }
}

/** Resources whose list needs the permission to read them: what everybody has his own of is no matter for a search. */
function listedBy(controller: Controller): Resource[] {
  return Object.getOwnPropertyNames(controller.prototype).flatMap((method) => {
    const handler = controller.prototype[method]!;
    const answer = Reflect.getMetadata(ANSWER, handler) as Answer | undefined;
    if (answer?.shape !== "page") return [];
    return accessOf(handler, controller)?.permission === answer.resource.permissions.read ? [answer.resource] : [];
  });
}

/** @returns the fields that a record is called by */
export const calledBy = ({ keywords = [] }: Resource): readonly string[] => (keywords[0] ? namesOf(keywords[0]) : []);
