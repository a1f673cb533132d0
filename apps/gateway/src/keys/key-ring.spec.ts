import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../gateway-config.ts";
import { loadKeys, writeKey } from "./key-files.ts";
import { ACCESS_LIFETIME, KeyRing } from "./key-ring.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
const SECOND = 1000;

describe("KeyRing", () => {
  const ringOf = (...times: number[]) => {
    const keysDir = mkdtempSync(join(tmpdir(), "kehu-keys-"));
    for (const time of times) writeKey(keysDir, new Date(time));
    return { keysDir, ring: new KeyRing({ keysDir } as Config) };
  };
  const kidsOf = (ring: KeyRing, now: number) => ring.jwks(now).keys.map(({ kid }) => kid);

  it("makes a key where there is none, and finds it again", () => {
    const { keysDir, ring } = ringOf();
    const { kid } = ring.current(Date.now());
    expect(loadKeys(keysDir).map((key) => key.kid)).toEqual([kid]);
    expect(ring.find(kid, Date.now())?.kid).toBe(kid);
    expect(ring.find("unknown", Date.now())).toBeUndefined();
  });

  it("signs with a new key from its time on, and shows it before", () => {
    const { ring } = ringOf(NOON, NOON + 60 * SECOND);
    const [next, first] = kidsOf(ring, NOON);
    expect(ring.current(NOON).kid).toBe(first);
    expect(ring.current(NOON + 59 * SECOND).kid).toBe(first);
    expect(ring.current(NOON + 60 * SECOND).kid).toBe(next);
  });

  it("keeps a retired key until the last token that it signed has expired", () => {
    const { ring } = ringOf(NOON, NOON + 60 * SECOND);
    const old = ring.current(NOON).kid;
    const lastTokenExpires = NOON + (60 + ACCESS_LIFETIME) * SECOND;
    expect(kidsOf(ring, lastTokenExpires - 1)).toContain(old);
    expect(kidsOf(ring, lastTokenExpires)).not.toContain(old);
    expect(ring.find(old, lastTokenExpires)).toBeUndefined();
  });

  it("finds a key that comes while it is in use, at once: to prove, to sign and to show", () => {
    const now = NOON + 10 * SECOND;
    for (const use of [
      (ring: KeyRing, kid: string) => ring.find(kid, now)?.kid,
      (ring: KeyRing) => ring.current(now).kid,
      (ring: KeyRing) => kidsOf(ring, now)[0],
    ]) {
      const { keysDir, ring } = ringOf(NOON);
      expect(ring.find("unknown", now)).toBeUndefined();
      writeKey(keysDir, new Date(NOON + SECOND));
      const { kid } = loadKeys(keysDir)[0]!;
      expect(use(ring, kid)).toBe(kid);
    }
  });

  it("goes on with its keys while a new file is half written or the folder is away, and takes it when it is whole", () => {
    const { keysDir, ring } = ringOf(NOON);
    const now = NOON + 10 * SECOND;
    const { kid } = ring.current(now);
    const file = join(keysDir, "20260101T120001Z.pem");
    writeFileSync(file, "-----BEGIN", { mode: 0o600 });
    expect(ring.current(now).kid).toBe(kid);
    expect(ring.find("unknown", now)).toBeUndefined();
    rmSync(file);
    writeKey(keysDir, new Date(NOON + SECOND));
    expect(ring.current(now).kid).not.toBe(kid);
    rmSync(keysDir, { recursive: true });
    expect(ring.find(kid, now)?.kid).toBe(kid);
    expect(existsSync(keysDir)).toBe(false);
  });

  it("refuses a file without a time in its name", () => {
    const { keysDir } = ringOf(NOON);
    writeFileSync(join(keysDir, "key.pem"), "");
    expect(() => loadKeys(keysDir)).toThrow("KEHU_KEYS_DIR holds a key without a time in its name: key.pem");
  });
});
