/**
 * What a table may hold. The size of the file is the caller's matter. Characters are UTF-16 code units, as a string's
 * `length` counts them.
 */

/** Most columns of a table. */
export const MOST_COLUMNS = 500;

/** Most characters of a cell. */
export const MOST_CELL_CHARACTERS = 64 * 1024;

/** Most characters of a row, its quotes and delimiters among them. */
export const MOST_ROW_CHARACTERS = 1024 * 1024;

/** Most entries of the ZIP archive that an XLSX file is. */
export const MOST_ARCHIVE_ENTRIES = 2_000;

/** Most bytes of an entry of the archive, unpacked: a million rows of twenty columns are a gigabyte. */
export const MOST_UNPACKED_BYTES = 2 * 1024 ** 3;

/** Most bytes, unpacked, of the small parts that tell of sheets and formats. */
export const MOST_PART_BYTES = 16 * 1024 ** 2;

/** How many times larger than packed an entry may be; sheets of equal rows come to 50. Deflate can do 1,032. */
export const MOST_UNPACKED_RATIO = 200;

/** Up to here, unpacked, an entry may have any ratio: small sheets of blanks pack very well. */
export const ANY_RATIO_BYTES = 8 * 1024 ** 2;

/** Most bytes of the texts that the sheets of an XLSX file share, with eight for where each one stands; they stay in memory while the table is read. */
export const MOST_SHARED_TEXT_BYTES = 128 * 1024 ** 2;

/** Most characters between two tags of XML, or within one; what is longer could fill the memory. */
export const MOST_XML_TOKEN = 16 * 1024 ** 2;

/** Most rows of a sheet, its header among them (the limit of spreadsheet programs). */
export const MOST_SHEET_ROWS = 1_048_576;

/** Most distinct values of a column that a profile counts. */
export const MOST_DISTINCT = 1_000;

/** Most keys that a profile compares to find rows with the same one: twelve bytes each, in a table at most half full. */
export const MOST_KEYS = 4_000_000;

/** Most pairs of rows with the same key that a profile lists; it counts them all. */
export const MOST_DUPLICATES = 1_000;
