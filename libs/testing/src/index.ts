export { bytes, utf16, type BrokenFile, type TableOutcome } from "./broken-file.ts";
export { BROKEN_CSV, GB18030 } from "./broken-csv.ts";
export { BROKEN_XLSX, GOOD_XLSX } from "./broken-xlsx.ts";
export { publish } from "./bus.ts";
export { eventually } from "./eventually.ts";
export { canStartBroker, kafkaBrokers, startBroker, type Broker } from "./kafka.ts";
export { ADMIN, configureGateway, newSecret, startGateway, type TestGateway } from "./gateway.ts";
export { testDatabase, type TestDatabase } from "./postgres.ts";
export {
  anAdministrator,
  anOwner,
  everything,
  MASTER_KEY,
  startService,
  type TestAnswer,
  type TestCaller,
  type TestService,
} from "./service.ts";
export { relationship, SHEETS, textCell, textRow, underHeader, xlsx, type Parts } from "./workbooks.ts";
