import type { Access } from "@kehu/auth";

const PEOPLE_ONLY = Symbol("people-only");
const KEYS_TOO = Symbol("keys-too");

/** The handler answers people who have signed in, never an API key: what it does could outlive the key, or undo another. */
export const PeopleOnly = (): MethodDecorator => (_target, _key, descriptor: PropertyDescriptor) => {
  Reflect.defineMetadata(PEOPLE_ONLY, true, descriptor.value as object);
};

/** The handler answers API keys, too, though it asks for no permission: it shows no more than what the key may read. */
export const KeysToo = (): MethodDecorator => (_target, _key, descriptor: PropertyDescriptor) => {
  Reflect.defineMetadata(KEYS_TOO, true, descriptor.value as object);
};

/** True where no key may go. What a user does for himself (sessions, password, keys) is for people. */
export function isForPeople(access: Access, handler: object): boolean {
  if (access.permission === "own") return !Reflect.hasMetadata(KEYS_TOO, handler);
  return Reflect.hasMetadata(PEOPLE_ONLY, handler);
}
