export { eventually } from "./eventually.ts";
export { testDatabase, type TestDatabase } from "./postgres.ts";
export { anAdministrator, anOwner, startService, type TestAnswer, type TestCaller, type TestService } from "./service.ts";
