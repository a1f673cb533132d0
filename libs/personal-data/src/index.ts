export { BLIND_KINDS, phoneEnding, type BlindKind, type Reach } from "./blind-index.ts";
export { erasedSince, forgetErasures, noteErasure } from "./erasure.ts";
export { keyIdOf, PersonKey, UnreadableValue } from "./person-key.ts";
export { keySql, PersonalData } from "./personal-data.ts";
