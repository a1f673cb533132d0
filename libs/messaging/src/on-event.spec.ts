import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "./on-event.ts";

/** The compiler is what is tested here: `npm run check` fails when a line under @ts-expect-error compiles. */
class Handlers {
  @OnEvent(["customer.account.created", "customer.account.deleted"], "right")
  right(_events: EventOf<"customer.account.created" | "customer.account.deleted">[], _context: EventContext) {
    return Promise.resolve();
  }

  @OnEvent(["customer.account.created"], "wider")
  wider(_events: EventOf<"customer.account.created" | "identity.user.invited">[]) {
    return Promise.resolve();
  }

  // @ts-expect-error a handler of another event
  @OnEvent(["customer.account.created"], "other")
  other(_events: EventOf<"identity.user.invited">[]) {
    return Promise.resolve();
  }

  // @ts-expect-error a handler of fewer events
  @OnEvent(["customer.account.created", "identity.user.invited"], "narrower")
  narrower(_events: EventOf<"customer.account.created">[]) {
    return Promise.resolve();
  }

  // @ts-expect-error there is no such event
  @OnEvent(["customer.account.praised"], "unknown")
  unknown(_events: never[]) {
    return Promise.resolve();
  }

  @OnEvent(["customer.account.updated"], "spared", { updatesOf: ["name"] })
  spared(_events: EventOf<"customer.account.updated">[]) {
    return Promise.resolve();
  }

  // @ts-expect-error accounts have no such field
  @OnEvent(["customer.account.updated"], "misspelt", { updatesOf: ["nmae"] })
  misspelt(_events: EventOf<"customer.account.updated">[]) {
    return Promise.resolve();
  }

  // @ts-expect-error nobody would wait for it
  @OnEvent(["customer.account.created"], "sync")
  sync(_events: EventOf<"customer.account.created">[]): number {
    return 1;
  }
}

describe("OnEvent", () => {
  it("tells Nest the handler's id as pattern, and the types", () => {
    const method = Object.getOwnPropertyDescriptor(Handlers.prototype, "right")!.value as object;
    const metadata = Reflect.getMetadataKeys(method).map((key: string) => Reflect.getMetadata(key, method) as unknown);
    expect(metadata).toContainEqual(["right"]);
    expect(metadata).toContainEqual({
      types: ["customer.account.created", "customer.account.deleted"],
      updatesOf: undefined,
    });
  });
});
