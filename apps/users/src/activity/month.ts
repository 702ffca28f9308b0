/** A month of the calendar in UTC, which knows no daylight saving: months since January of year 0. */
export type Month = number;

export function monthOf(date: Date): Month {
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Its first moment, which is the one after the last of the month before. */
export function startOf(month: Month): Date {
  return new Date(Date.UTC(Math.floor(month / 12), month % 12));
}

/** `2026_01`: what names of partitions end with. */
export function suffixOf(month: Month): string {
  return startOf(month).toISOString().slice(0, 7).replace('-', '_');
}

/** The month whose suffix a name ends with. */
export function monthOfName(name: string): Month | undefined {
  const [, year, month] = /_(\d{4})_(\d{2})$/.exec(name) ?? [];
  return year && month ? Number(year) * 12 + Number(month) - 1 : undefined;
}
