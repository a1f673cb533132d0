export { allowUpload, UPLOAD_LIMIT, UPLOAD_RATE } from "./uploads.ts";
export { bootstrap, createApp } from "./bootstrap.ts";
export {
  ConfigError,
  configure,
  endIfMisconfigured,
  Environment,
  EXIT_CONFIG,
  LOG_LEVELS,
  serviceConfig,
  type ServiceConfig,
} from "./config.ts";
export { CustomFieldsModule } from "./custom-fields.module.ts";
export { ExportsModule } from "./exports.module.ts";
export { SavedViewsModule } from "./saved-views.module.ts";
export { HealthController } from "./health.controller.ts";
export { parseBody } from "./json-body.ts";
export { ImportsModule } from "./imports.module.ts";
export { JsonLogger } from "./logger.ts";
export { ProblemFilter, problemOf, sendProblem } from "./problem.filter.ts";
export { QueryGuard } from "./query.guard.ts";
export { securityHeaders } from "./security-headers.ts";
export { BODY_LIMIT, httpServer, type ServerOptions } from "./server.ts";
export { databaseModule, platformProviders, ServiceModule } from "./service.module.ts";
export { ParseCollaboratorType, ParseId, ValidationPipe } from "./validation.pipe.ts";
export { operationsController } from "./operations.controller.ts";
export { retentionController } from "./retention.controller.ts";
