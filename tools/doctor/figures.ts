const BYTES_A_STEP = 1_024;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `12.5 MB`, as PostgreSQL counts them: 1,024 to a step. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= BYTES_A_STEP && unit < UNITS.length - 1) {
    value /= BYTES_A_STEP;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** `1,234` */
export function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** `37 %` */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `4.2 ms`, `3.1 s`, `12 min`, `5 h`, `3 days`. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} days`;
}
