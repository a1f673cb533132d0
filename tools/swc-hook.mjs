import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/core";

/** Compiles TypeScript as it is loaded: Node's own type stripping knows no decorators. For development and tests. */
const options = JSON.parse(readFileSync(new URL("../.swcrc", import.meta.url), "utf8"));
delete options.jsc.rewriteRelativeImportExtensions;
options.sourceMaps = "inline";

registerHooks({
  load(url, context, next) {
    if (!url.startsWith("file:") || !url.endsWith(".ts") || url.includes("/node_modules/")) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, "utf8"), {
      ...options,
      filename,
      swcrc: false,
      configFile: false,
    });
    return { format: "module", shortCircuit: true, source: code };
  },
});
