import type { Access } from "@kehu/auth";

const PEOPLE_ONLY = Symbol("people-only");

/** The handler answers people who have signed in, never an API key: what it does could outlive the key, or undo another. */
export const PeopleOnly = (): MethodDecorator => (_target, _key, descriptor: PropertyDescriptor) => {
  Reflect.defineMetadata(PEOPLE_ONLY, true, descriptor.value as object);
};

/** True where no key may go. What a user does for himself (sessions, password, keys) is always for people. */
export function isForPeople(access: Access, handler: object): boolean {
  return access.permission === "own" || Reflect.hasMetadata(PEOPLE_ONLY, handler);
}
