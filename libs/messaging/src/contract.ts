import { envelope, EVENTS, type EventContract, type EventType } from "@kehu/contracts";
import { Compile } from "typebox/compile";

/** How an event type is checked, compiled once. */
interface CompiledContract {
  topic: string;
  version: number;
  /** @returns null when the message fits, else where it does not (paths and rules, never values) */
  check: (message: unknown) => string | null;
}

const compiled = new Map<string, CompiledContract>();

/** True for the types of this version of Kehu. */
export function isKnown(type: string): type is EventType {
  return Object.hasOwn(EVENTS, type);
}

/** @throws Error for a type that is not in EVENTS */
export function contractOf(type: string): CompiledContract {
  let contract = compiled.get(type);
  if (!contract) {
    if (!isKnown(type)) throw new Error(`There is no event type ${type}: add it to libs/contracts.`);
    contract = compile(EVENTS[type]);
    compiled.set(type, contract);
  }
  return contract;
}

function compile({ topic, version, data }: EventContract): CompiledContract {
  const validator = Compile(envelope(data));
  return {
    topic,
    version,
    check(message) {
      if (validator.Check(message)) return null;
      const errors = validator.Errors(message).slice(0, 3);
      return errors.map(({ instancePath, message: rule }) => `${instancePath || "/"} ${rule}`).join("; ");
    },
  };
}
