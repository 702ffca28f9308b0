import type { webcrypto } from 'node:crypto';
import type { CryptoKey } from 'jose';
import { z } from 'zod';

/** Where the public keys come from that access tokens are checked with. */
export interface KeySource {
  /**
   * The key of an id, or undefined when there is no such key.
   *
   * @throws {KeysUnavailableError} when no key could be had so far
   */
  find(kid: string): Promise<CryptoKey | undefined>;
  /** Fetches what it can ahead of the first request; never rejects. */
  warm?(): Promise<void>;
}

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });
const signingKeySchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  kid: z.string(),
  use: z.literal('sig').optional(),
});

/**
 * The Ed25519 keys of a JSON Web Key Set (RFC 7517) by their ids; other kinds of key are passed over.
 *
 * @throws when it is no key set, or holds no key that could be used
 */
export async function importKeySet(json: unknown): Promise<ReadonlyMap<string, CryptoKey>> {
  const { keys } = keySetSchema.parse(json);
  const usable = keys.flatMap((key) => signingKeySchema.safeParse(key).data ?? []);
  const entries = await Promise.all(
    usable.map(async (key) => [key.kid, await importKey(key)] as const),
  );
  if (entries.length === 0) throw new Error('The key set holds no Ed25519 key for signatures.');
  return new Map(entries);
}

function importKey(key: webcrypto.JsonWebKey): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', key, 'Ed25519', false, ['verify']);
}

/** The keys of a key set that is at hand. */
export function staticKeys(keySet: { readonly keys: readonly object[] }): KeySource {
  const imported = importKeySet(keySet);
  // Told by `find` instead, to whoever asks.
  imported.catch(() => undefined);
  return { find: async (kid) => (await imported).get(kid) };
}
