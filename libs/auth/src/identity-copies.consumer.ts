import type { EventOf } from "@kehu/contracts";
import { OnEvent, upsertNewer, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";

const USER_EVENTS = [
  "identity.user.invited",
  "identity.user.activated",
  "identity.user.updated",
  "identity.user.suspended",
  "identity.user.reactivated",
  "identity.user.deleted",
  "identity.user.restored",
  "identity.user.handed-over",
  "identity.user.snapshot",
] as const;
type UserEvent = EventOf<(typeof USER_EVENTS)[number]>;
const TEAM_EVENTS = [
  "identity.team.created",
  "identity.team.updated",
  "identity.team.deleted",
  "identity.team.restored",
  "identity.team.snapshot",
] as const;
type TeamEvent = EventOf<(typeof TEAM_EVENTS)[number]>;
const VOCABULARY_EVENTS = [
  "identity.vocabulary.created",
  "identity.vocabulary.updated",
  "identity.vocabulary.deleted",
  "identity.vocabulary.restored",
  "identity.vocabulary.snapshot",
] as const;
type VocabularyEvent = EventOf<(typeof VOCABULARY_EVENTS)[number]>;
type SettingsEvent = EventOf<"identity.settings.created" | "identity.settings.updated" | "identity.settings.snapshot">;

/** Keeps the service's copies of users and teams, and of the company's vocabularies and settings; their only writer. */
@Controller()
export class IdentityCopiesConsumer {
  @OnEvent(USER_EVENTS, "users-copy")
  async users(events: UserEvent[], { tx }: EventContext): Promise<void> {
    const rows = events.map(({ aggregateversion, data: { user } }) => ({
      id: user.id,
      version: aggregateversion,
      name: user.name,
      status: user.status,
      team_id: user.teamId,
      team_path: user.teamPath,
      external_ids: user.externalIds,
      deleted_at: user.deletedAt,
    }));
    await upsertNewer(tx, "user_copy", rows);
  }

  @OnEvent(TEAM_EVENTS, "teams-copy")
  async teams(events: TeamEvent[], { tx }: EventContext): Promise<void> {
    const rows = events.map(({ aggregateversion, data: { team } }) => ({
      id: team.id,
      version: aggregateversion,
      name: team.name,
      path: team.path,
      external_ids: team.externalIds,
      deleted_at: team.deletedAt,
    }));
    await upsertNewer(tx, "team_copy", rows);
  }

  @OnEvent(VOCABULARY_EVENTS, "vocabularies-copy")
  async vocabularies(events: VocabularyEvent[], { tx }: EventContext): Promise<void> {
    const rows = events.map(({ aggregateversion, data: { vocabulary } }) => ({
      id: vocabulary.id,
      version: aggregateversion,
      name: vocabulary.name,
      choices: vocabulary.choices,
      deleted_at: vocabulary.deletedAt,
    }));
    await upsertNewer(tx, "vocabulary_copy", rows);
  }

  @OnEvent(["identity.settings.created", "identity.settings.updated", "identity.settings.snapshot"], "settings-copy")
  async settings(events: SettingsEvent[], { tx }: EventContext): Promise<void> {
    const rows = events.map(({ aggregateversion, data: { settings } }) => ({
      id: settings.id,
      version: aggregateversion,
      currency: settings.currency,
      time_zone: settings.timeZone,
      country: settings.country,
      retention: settings.retention ?? [],
      purge_deleted_after_days: settings.purgeDeletedAfterDays ?? null,
    }));
    await upsertNewer(tx, "settings_copy", rows);
  }
}
