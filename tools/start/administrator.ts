import { saveSecrets, type Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** The lines below "Kehu is ready": who may sign in. The random password is shown once and then forgotten. */
export async function describeAdministrator(
  settings: Settings,
  secrets: Secrets,
  secretsFile: string,
): Promise<string> {
  const { password } = secrets.administrator;
  const email = settings.adminEmail ?? secrets.administrator.email;
  if (password === undefined) return `  Administrator  ${email}`;
  if (settings.adminPassword !== undefined) {
    saveSecrets(secretsFile, { ...secrets, administrator: { email } });
    return `  Administrator  ${email} (password: KEHU_ADMIN_PASSWORD)`;
  }
  const isMade = await canSignIn(settings.port, email, password);
  saveSecrets(secretsFile, { ...secrets, administrator: { email } });
  return isMade
    ? `  Administrator  ${email}\n  Password       ${password}   (shown only this once)`
    : "  Administrator  as before: this database has its users already";
}

/** Against a database that another install has used, the password that we made belongs to nobody. */
async function canSignIn(port: number, email: string, password: string): Promise<boolean> {
  const reply = await fetch(`http://127.0.0.1:${port}/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
    signal: AbortSignal.timeout(10_000),
  });
  await reply.body?.cancel();
  return reply.status !== 401;
}
