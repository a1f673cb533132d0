export { Bulk, type BulkResult } from "./bulk.ts";
export { ExportRequest } from "./exports/export.dto.ts";
export type { ExportNews } from "./exports/export-events.ts";
export { alsoReadBy, exportPermission } from "./exports/export-reach.ts";
export type { ExportView } from "./exports/export-view.ts";
export { ExportWorker } from "./exports/export-worker.ts";
export { Exporting } from "./exports/exporting.ts";
export { Exports, type Download } from "./exports/exports.ts";
export { BulkOperation, BulkRequest } from "./bulk.dto.ts";
export { Handovers, type HandoverProgress, type Holding } from "./handovers.ts";
export { HandoversConsumer } from "./handovers.consumer.ts";
export { Housekeeping } from "./housekeeping.ts";
export { Clock } from "./clock.ts";
export { CompanySettings, readSettings, type Settings } from "./company-settings.ts";
export { COPIED, COPIED_OF_PEOPLE, forgetCopies, keepCopies, NAME_OF_PEOPLE, nameOf, type Told } from "./copies.ts";
export { CustomField, type FieldNews } from "./custom-field.entity.ts";
export { ChoiceDto, CreateCustomField, LabelDto, MOST_CHOICES, UpdateCustomField } from "./custom-field.dto.ts";
export {
  CHOICES_SCHEMA,
  CustomFieldDefinitions,
  customFieldResource,
  Defining,
  LABEL_SCHEMA,
} from "./custom-field-definitions.ts";
export { customEntries, CustomFields } from "./custom-fields.ts";
export { Callers } from "./imports/giving-way.ts";
export { ImportOptions } from "./imports/import.dto.ts";
export { ImportFiles } from "./imports/import-files.ts";
export { ROW_OUTCOMES as IMPORT_OUTCOMES, ROW_ROLLBACKS as IMPORT_ROLLBACKS } from "./imports/import-job.ts";
export { ImportWorker } from "./imports/import-worker.ts";
export { Imports, type Upload } from "./imports/imports.ts";
export type { ImportView } from "./imports/import-view.ts";
export { KeptRecords } from "./kept-records.ts";
export { Recents } from "./recents.ts";
export { Pins } from "./pins.ts";
export { CreateSavedView, UpdateSavedView } from "./saved-view.dto.ts";
export { SavedView, type ViewNews } from "./saved-view.entity.ts";
export { SavedViewFaults } from "./saved-view-faults.ts";
export { savedViewResource } from "./saved-view-resource.ts";
export { SavedViews, Viewing } from "./saved-views.ts";
export { CursorSigner } from "./cursor.ts";
export {
  IsDay,
  IsId,
  IsInstant,
  isInstant,
  IsMoney,
  IsReference,
  Nullable,
  Optional,
  CollaboratorDto,
  OwnerDto,
  OwnedDto,
  RecordDto,
} from "./dto.ts";
export { validated } from "./validation.ts";
export { TEAMS, USERS, type Field, type FieldMap, type Label, type ReferenceTarget } from "./field.ts";
export {
  boolean,
  ADDRESS_PARTS,
  choice,
  day,
  email,
  fields,
  id,
  instant,
  integer,
  json,
  links,
  list,
  longText,
  money,
  ownedFields,
  phone,
  reference,
  text,
} from "./fields.ts";
export { CSV_TYPE, csvHead, csvRows } from "./csv.ts";
export { Dependents, type DependentCount } from "./dependents.ts";
export { Erasures } from "./erasures.ts";
export { PersonKeys } from "./person-keys.ts";
export { Orphans } from "./orphans.ts";
export { Purge } from "./purge.ts";
export { Retention, type RetentionCondition } from "./retention.ts";
export { ALWAYS_OPEN, closed, fieldsFor, mustSet } from "./field-rules.ts";
export { History, type HistoryEntry } from "./history.ts";
export { type FieldView, type RelatedView } from "./field-views.ts";
export { filterSql } from "./filter-sql.ts";
export { mustBeListed } from "./listed-values.ts";
export { operatorsOf, parseFilter, type Filter } from "./filter.ts";
export { LONGEST_Q, namesOf, takesKeywords, wordsOf, type Keyword } from "./keywords.ts";
export { matcherOf, type LookUp, type Matcher, type RecordState, type RelatedRecord } from "./matching.ts";
export { filterParameters, parseListQuery, parsePaging, SearchRequest } from "./list-query.ts";
export { lineageOf, lineageOfBack, mustFitUnder, standUnder, type Lineage } from "./lineage.ts";
export { normalEmail, normalPhone } from "./normal-forms.ts";
export { currencyDigits, formatMinor, isCurrency, toMinor, toMoney } from "./money.ts";
export {
  assign,
  bigintColumn,
  event,
  RecordEntity,
  sameValue,
  type Change,
  type Locked,
  type PublicState,
} from "./record.entity.ts";
export { RecordReach, type Reached } from "./record-reach.ts";
export type { Aggregate } from "./aggregates.ts";
export { RecordLists, type Page } from "./record-lists.ts";
export { RecordQueries } from "./record-queries.ts";
export { type Related } from "./related.ts";
export { Relations } from "./relations.ts";
export { Records, type Decide } from "./records.ts";
export { References, unknownReference, type ReferenceInput } from "./references.ts";
export { Stale, WriteReply, type Reply } from "./reply.ts";
export { resource, type Consequence, type GivenBack, type Resource, type Subject } from "./resource.ts";
export { Reveals } from "./reveals.ts";
export { Subjects, type SubjectKind, type SubjectPart } from "./subjects.ts";
export { Values } from "./caller-sql.ts";
export { zoneInSql } from "./time-zone.ts";
export { schemaOf, schemaOfField, type RecordView } from "./view.ts";
export { queryParameters, type Parameter } from "./parameter-schemas.ts";
export { documentWith } from "./custom-document.ts";
export { ANSWER, Answers, type Answer, type Shape } from "./answers.ts";
export {
  ListParameters,
  PAGING,
  QUERY,
  Takes,
  withParameter,
  type DeclaredQuery,
  type QueryParameter,
} from "./query-parameters.ts";
export { OwnedEntity, type Holder } from "./owned.entity.ts";
export { Ownership } from "./ownership.ts";
export { RecordService, UnownedRecordService, Writing } from "./record-service.ts";
export { Imported, IsTitle, PatchOf, required } from "./dto.ts";
export { snapshotsOf } from "./snapshots.ts";
