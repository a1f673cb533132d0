import type { Static } from 'typebox';
import { ACCOUNT_EVENTS } from './customer/account.ts';
import type { AnyEnvelope } from './event.ts';
import { SETTINGS_EVENTS } from './identity/settings.ts';
import { USER_EVENTS } from './identity/user.ts';

/** Every event that Kehu publishes, by type. */
export const EVENTS = {
  ...USER_EVENTS,
  ...SETTINGS_EVENTS,
  ...ACCOUNT_EVENTS,
};

export type EventType = keyof typeof EVENTS;
export type EventData<T extends EventType> = Static<(typeof EVENTS)[T]['data']>;

/** An event as it stands on the bus. */
export type EventOf<T extends EventType> = T extends EventType ? Omit<AnyEnvelope, 'type' | 'data'> & { type: T; data: EventData<T> } : never;
