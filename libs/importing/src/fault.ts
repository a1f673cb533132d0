/** What is wrong with a row or a cell: a stable slug, and a sentence that says what to do. It never quotes the cell. */
export interface Fault {
  code: string;
  message: string;
}
