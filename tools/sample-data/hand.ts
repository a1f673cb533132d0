import {
  AREA_CODES,
  CHINESE_ENDINGS,
  CHINESE_GIVEN,
  CHINESE_STEMS,
  CHINESE_SURNAMES,
  COMPANY_ENDINGS,
  COMPANY_STEMS,
  LAST_NAMES,
} from "./names.ts";
import type { Owner, User, Word, Written, WrittenAmount, WrittenDate } from "./model.ts";
import type { Random } from "./random.ts";
import { MINUTE } from "./time.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WHOLE = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2 });
const THOUSANDS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });

/** How often something is written so that it cannot be used. */
const CARELESS = 0.003;

/** Writes the truth down, in many forms and not always well. */
export class Hand {
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** @returns true in the few cases in which something goes wrong */
  slips(): boolean {
    return this.random.chance(CARELESS);
  }

  /** A date in one of the forms that keep it whole. */
  date(at: number): WrittenDate {
    const iso = new Date(at).toISOString();
    const [day, time] = [iso.slice(0, 10), iso.slice(11, 19)];
    const [year, month, date] = day.split("-") as [string, string, string];
    const forms = [`${date} ${MONTHS[Number(month) - 1]}, ${year} ${time}`, `${day} ${time}`];
    if (at % MINUTE === 0) forms.push(`${date}-${month}-${year} ${time.slice(0, 5)}`);
    if (time === "00:00:00") forms.push(day);
    return { at, text: this.random.pick(forms) };
  }

  /** A date that is in no calendar. */
  noDate(): WrittenDate {
    return { at: null, text: this.random.pick(["31-02-2020", "2021-13-01", "soon"]) };
  }

  dateOrNone(at: number): WrittenDate {
    return this.slips() ? this.noDate() : this.date(at);
  }

  amount(dollars: number): WrittenAmount {
    const [whole, thousands] = [WHOLE.format(dollars), THOUSANDS.format(dollars / 1000)];
    return { cents: dollars * 100, text: this.random.pick([`$${whole}`, whole, `$${thousands}K`, dollars.toFixed(2)]) };
  }

  amountOrNone(dollars: number): WrittenAmount {
    if (this.slips()) return { cents: null, text: this.random.pick(["n/a", "$", "12,34", "$1.2M"]) };
    if (this.slips()) return { cents: undefined, text: "" };
    return this.amount(dollars);
  }

  /** @param meanings what each word means */
  word(meanings: Readonly<Record<string, string>>, weights: Readonly<Record<string, number>>): Word {
    if (this.slips()) return { meaning: null, text: this.random.pick(["Unknown", "tbd", "???"]) };
    const text = this.random.weighted(weights);
    return { meaning: meanings[text] ?? null, text };
  }

  /** @param hasId whether the file names owners by id too; then the name may be an old one */
  owner(users: readonly User[], hasId: boolean): Owner {
    const user = this.random.pick(users);
    const name = nameOf(user);
    if (this.slips()) return { user: null, id: hasId ? "9999" : "", name: "Former Colleague" };
    if (hasId && this.slips()) return { user, id: "9999", name };
    if (hasId && this.slips()) return { user, id: user.id, name: "Maiden Name" };
    return { user, id: hasId ? user.id : "", name };
  }

  phone(): Written {
    if (this.slips()) return { isReadable: false, text: "call reception" };
    const digits = (count: number) => Array.from({ length: count }, () => this.random.between(0, 9)).join("");
    if (this.random.chance(0.2)) return { isReadable: true, text: `+86 138 ${digits(4)} ${digits(4)}` };
    return {
      isReadable: true,
      text: `${this.random.pick(AREA_CODES)}-${this.random.between(2, 9)}2${this.random.between(2, 9)}-${digits(4)}`,
    };
  }

  email(local: string): Written {
    if (this.slips()) return { isReadable: false, text: `${local} at example.com` };
    return { isReadable: true, text: `${local}@${this.random.pick(["example.com", "example.org", "example.net"])}` };
  }

  /** Some names are common, most are borne by one person. */
  lastName(): string {
    const { random } = this;
    if (random.chance(0.35)) return random.pick(LAST_NAMES);
    if (random.chance(0.6)) return `${random.pick(LAST_NAMES)}-${random.pick(LAST_NAMES)}`;
    return `${random.pick(CHINESE_SURNAMES)}${random.pick(CHINESE_GIVEN)}${random.pick(CHINESE_GIVEN)}`;
  }

  company(): string {
    const { random } = this;
    if (random.chance(0.3)) return `${random.pick(CHINESE_STEMS)}${random.pick(CHINESE_ENDINGS)}`;
    const stem = random.chance(0.5)
      ? random.pick(COMPANY_STEMS)
      : `${random.pick(LAST_NAMES)} & ${random.pick(LAST_NAMES)}`;
    const name = `${stem} ${random.pick(COMPANY_ENDINGS)}`;
    return random.chance(0.05) ? name.toUpperCase() : name;
  }
}

export const nameOf = ({ firstName, lastName }: User) => (firstName === "" ? lastName : `${firstName} ${lastName}`);
