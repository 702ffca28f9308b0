import { STORE_TITLES } from './profile.ts';
import { publicAddress, type StoreReport } from './store.ts';

export const STORE_HEAD = ['store', 'address', 'server'] as const;

/** A table's rows: which server serves as which store, and how it was found. No password. */
export function storeRows(reports: readonly StoreReport[]): string[][] {
  return reports.map(({ store, version, url, how }) => [
    STORE_TITLES[store],
    publicAddress(url),
    `${version}: ${how}`,
  ]);
}

/** A line for each server that cannot do all that the real one can. */
export function storeLimits(reports: readonly StoreReport[]): string[] {
  return reports
    .filter(({ limits }) => limits.length > 0)
    .map(
      ({ store, version, limits }) =>
        `${version} serves as ${STORE_TITLES[store]}: ${limits.join(', ')}.`,
    );
}
