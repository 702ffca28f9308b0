import type { KeySource } from './key-source.js';

/** What an access token is checked against. */
export interface AuthOptions {
  /** The `iss` claim that tokens must carry. */
  readonly issuer: string;
  /** The `aud` claim that tokens must carry. */
  readonly audience: string;
  /** Where the public keys come from: `remoteKeys(url)`, `staticKeys(set)` or one of your own. */
  readonly keys: KeySource;
}

/** Injection token of {@link AuthOptions}. */
export const AUTH_OPTIONS = Symbol('AUTH_OPTIONS');
