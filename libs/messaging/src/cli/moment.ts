import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90m` ago, `2h` ago, `3d` ago; or a time such as `2026-11-24T22:00:00Z`. */
export function moment(text: string): Date {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const span = UNITS[unit];
  if (span !== undefined) return new Date(Date.now() - Number(count) * span);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('It takes 90m, 2h or 3d for so long ago, or an ISO 8601 time.');
  }
  return new Date(time);
}
