import { STORE_TITLES } from './profile.ts';
import { publicAddress, type StoreReport } from './store.ts';

export const STORE_HEAD = ['store', 'server', 'address', 'found by', 'limits'] as const;

/** A table's rows: which server serves as which store. Shows no password. */
export function storeRows(reports: readonly StoreReport[]): string[][] {
  return reports.map(({ store, version, url, how, limits }) => [
    STORE_TITLES[store],
    version,
    publicAddress(url),
    how,
    limits.join(', '),
  ]);
}
