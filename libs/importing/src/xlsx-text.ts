const ESCAPE = /_x([\dA-Fa-f]{4})_/g;

/**
 * @returns the text that a string of a sheet stands for: XML cannot hold every character, so that some are written
 *   `_x000D_` (ECMA-376, part 1, 22.9.2.19)
 */
export function decoded(text: string): string {
  return text.includes("_x") ? text.replace(ESCAPE, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) : text;
}

/** What XML 1.0 cannot hold, a return, which it would read as a line feed, and what `decoded` would take for such. */
const UNWRITABLE = /[\0-\x08\x0B-\x1F\uFFFE\uFFFF]|_(?=x[\dA-Fa-f]{4}_)/g;

const MARKUP: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** @returns the text as it stands between two tags, or in an attribute; `decoded` is its inverse */
export function encoded(text: string): string {
  return text
    .replace(UNWRITABLE, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replace(/[&<>"]/g, (character) => MARKUP[character]!);
}
