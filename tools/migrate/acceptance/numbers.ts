/** Rows of a file: how many there are, were created, skipped, failed, and came over with a warning. */
export type FileNumbers = readonly [rows: number, created: number, skipped: number, failed: number, warnings: number];

/** Cents of US dollars; a sum of a few million deals still fits. */
export type Cents = number;

/** Everything that must come out of an export, file by file and number by number. */
export interface Numbers {
  /** By name of the file, without its ending. */
  readonly files: Readonly<Record<string, FileNumbers>>;
  readonly accountsByType: Counts;
  /** Names of accounts, compared without capitals: how many, how many of them more than once, rows beyond the first. */
  readonly accountNames: readonly [distinct: number, repeated: number, beyondFirst: number];
  readonly leadsByStatus: Counts;
  /** Converted leads, and all. */
  readonly conversion: readonly [converted: number, leads: number];
  readonly conversionBySource: Readonly<Record<string, readonly [converted: number, leads: number]>>;
  readonly opportunitiesByStage: Readonly<Record<string, readonly [count: number, amount: Cents]>>;
  readonly openPipeline: readonly [count: number, amount: Cents];
  readonly wins: readonly [won: number, closed: number];
  readonly wonByMonth: Readonly<Record<string, Cents>>;
  /** The best owners by name, best first. */
  readonly wonByOwner: readonly (readonly [name: string, amount: Cents])[];
  /** Median of the days from creation to closing, two digits. */
  readonly salesCycleDays: string;
  readonly withContact: number;
  readonly withAccount: number;
  readonly wonWithContact: readonly [count: number, amount: Cents];
  readonly ticketsByStatus: Counts;
  readonly escalatedTickets: number;
  readonly ticketsByChannel: Counts;
  readonly campaignBudget: Cents;
  readonly campaignCost: Cents;
  readonly membersByStatus: Counts;
  readonly withdrawals: number;
  readonly suppressions: number;
  /** Zoho id of the contact with most interactions, and how many. */
  readonly busiestContact: readonly [id: string, interactions: number];
  /** Interactions that name a potential of Zoho, which is kept as it is. */
  readonly potentialsKept: number;
}

export type Counts = Readonly<Record<string, number>>;
