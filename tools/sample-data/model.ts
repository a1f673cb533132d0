/**
 * What the generator knows of a company: the truth, and beside it how a careless hand wrote it down. Numbers that must
 * come out are counted from here, never from the files.
 */

/** A date as it is, in milliseconds UTC, null where what was written is none; and as it was written. */
export interface WrittenDate {
  readonly at: number | null;
  readonly text: string;
}

/** An amount in cents: null where what was written is none, undefined where nothing was. */
export interface WrittenAmount {
  readonly cents: number | null | undefined;
  readonly text: string;
}

/** Something that was written as it is, or so that nobody can read it. */
export interface Written {
  readonly isReadable: boolean;
  readonly text: string;
}

export interface User {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/** The owner as a row names him; `user` is null where nobody can tell who is meant. */
export interface Owner {
  readonly user: User | null;
  readonly id: string;
  readonly name: string;
}

export interface Account {
  readonly id: string;
  /** An account was written down under this id before. */
  readonly isRepeated: boolean;
  readonly name: string;
  readonly type: "Customer" | "Prospect";
  readonly industry: string;
  readonly website: string;
  readonly owner: Owner;
}

export interface Contact {
  readonly id: string;
  readonly lastName: string;
  readonly owner: Owner;
  /** Null where the row names none; one that is not in the data has no `account`. */
  readonly accountId: string | null;
  readonly account: Account | null;
  readonly email: Written;
  readonly source: string;
  readonly phone: Written;
  readonly created: WrittenDate;
}

export interface Lead {
  readonly id: string;
  readonly isRepeated: boolean;
  readonly lastName: string;
  readonly company: string;
  readonly owner: Owner;
  readonly email: Written;
  readonly phone: Written;
  readonly website: string;
  readonly industry: string;
  readonly source: string;
  readonly status: Word;
  readonly isConverted: boolean;
  readonly created: WrittenDate;
}

/** A word of a vocabulary: what it means in Kehu, null where it means nothing; and as it was written. */
export interface Word {
  readonly meaning: string | null;
  readonly text: string;
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly status: Word;
  readonly created: WrittenDate;
  readonly starts: WrittenDate;
  readonly ends: WrittenDate;
  readonly revenue: WrittenAmount;
  readonly budget: WrittenAmount;
  readonly cost: WrittenAmount;
}

export interface Potential {
  readonly name: string;
  readonly owner: Owner;
  readonly created: WrittenDate;
  readonly closing: WrittenDate;
  readonly amount: WrittenAmount;
  readonly stage: Word;
  readonly type: string;
  readonly source: string;
  readonly probability: number;
  readonly leadId: string;
  /** Null where the data has no such lead. */
  readonly lead: Lead | null;
  readonly campaignId: string;
  readonly campaign: Campaign | null;
}

export interface Case {
  readonly owner: Owner;
  readonly status: Word;
  readonly origin: Word;
  readonly created: WrittenDate;
  readonly modified: WrittenDate;
}

export interface Member {
  readonly campaignName: string;
  /** Null where no campaign has this very name. */
  readonly campaign: Campaign | null;
  readonly lastName: string;
  readonly status: Word;
  readonly modified: WrittenDate;
}

/** A call or an event; its links as they were written, "" and "0" for none. */
export interface Activity {
  readonly id: string;
  readonly owner: Owner;
  readonly subject: string;
  readonly start: WrittenDate;
  readonly seconds: number;
  readonly direction: string;
  readonly purpose: string;
  readonly created: WrittenDate;
  readonly contactId: string;
  readonly accountId: string;
  readonly leadId: string;
  readonly potentialId: string;
}

export interface Task {
  readonly owner: Owner;
  readonly subject: string;
  readonly created: WrittenDate;
  readonly due: WrittenDate;
  readonly status: Word;
  readonly modified: WrittenDate;
}

export interface Dataset {
  readonly users: readonly User[];
  readonly accounts: readonly Account[];
  readonly contacts: readonly Contact[];
  readonly leads: readonly Lead[];
  readonly campaigns: readonly Campaign[];
  readonly potentials: readonly Potential[];
  readonly cases: readonly Case[];
  readonly members: readonly Member[];
  readonly calls: readonly Activity[];
  readonly events: readonly Activity[];
  readonly tasks: readonly Task[];
}
