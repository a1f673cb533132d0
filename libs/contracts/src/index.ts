export * from './problem.ts';
export * from './event.ts';
export * from './events.ts';
export { ACCOUNT_TYPES, AccountState } from './customer/account.ts';
export { USER_STATUSES, UserState } from './identity/user.ts';
export { SettingsState } from './identity/settings.ts';
