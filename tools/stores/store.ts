import { Failure } from '../terminal/failure.ts';
import type { StoreName } from './profile.ts';

/** What can be said of a store that answers. */
export interface StoreReport {
  readonly store: StoreName;
  /** How it was found, for people: `DATABASE_URL`, `embedded PostgreSQL`, … */
  readonly how: string;
  /** As told by the server itself, with its name: `Valkey 9.1.2`. */
  readonly version: string;
  /** With its password: not for logs. */
  readonly url: string;
  /** What this server cannot do that the real one can. */
  readonly limits: readonly string[];
  /** Of the server, when it was started here. */
  readonly pid?: number;
  /** The server's log file, when it was started here. */
  readonly log?: string;
}

/** A store could not be found or started. The message is made for people: what, why, what next. */
export class StoreError extends Failure {
  override readonly name = 'StoreError';
  readonly store: StoreName;

  constructor(store: StoreName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.store = store;
  }
}

/** `127.0.0.1:54320/trilith`: what of an address may be shown to anyone. */
export function publicAddress(url: string): string {
  // MongoDB's URLs may name several hosts, which URL cannot parse.
  return url
    .replace(/^[^:]+:\/\//, '')
    .replace(/^[^@/]*@/, '')
    .replace(/\?.*$/, '');
}
