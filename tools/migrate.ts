/** `npm run migrate -- zoho <folder>`: brings the export of another system over, as a client of the gateway. */
import { CannotFinish } from "./migrate/engine/cannot-finish.ts";
import { readLogin } from "./migrate/login.ts";
import { migrate } from "./migrate/migrate.ts";
import { readOptions, WrongUsage } from "./migrate/options.ts";

try {
  const options = readOptions(process.argv.slice(2));
  process.exitCode = await migrate(
    options,
    process.env.KEHU_URL || "http://localhost:3000",
    await readLogin(process.env),
  );
} catch (error) {
  if (!(error instanceof WrongUsage || error instanceof CannotFinish)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
