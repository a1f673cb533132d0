/** The run cannot go on; what was done so far stays done. */
export class CannotFinish extends Error {}
