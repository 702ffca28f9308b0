import { setTimeout as sleep } from 'node:timers/promises';

import type { CryptoKey } from 'jose';

import { KeysUnavailableError } from './auth.errors.js';
import { importKeySet, type KeySource } from './key-source.js';

/** How a remote key set is fetched and kept. */
export interface RemoteKeysOptions {
  /** The longest that one fetch may take. Default 2,000. */
  deadlineMs?: number;
  /** A set older than this is fetched again, beside the requests that it serves. Default 10 minutes. */
  maxAgeMs?: number;
  /** An unknown key id leads to a fetch, but not sooner than this after the last. Default 10,000. */
  cooldownMs?: number;
  /** The same after a fetch that failed. Default 250. */
  retryMs?: number;
  /** The largest answer that is read. Default 64 KiB. */
  maxBytes?: number;
}

const DEFAULTS: Required<RemoteKeysOptions> = {
  deadlineMs: 2_000,
  maxAgeMs: 600_000,
  cooldownMs: 10_000,
  retryMs: 250,
  maxBytes: 64 * 1024,
};

/**
 * The keys that another service publishes at a URL. They are fetched once and kept: while that
 * service is away, the last good set goes on to serve. At most one fetch is under way at a time, and
 * made-up key ids cannot cause more than one in each cool-down.
 */
export function remoteKeys(url: string, options: RemoteKeysOptions = {}): KeySource {
  return new RemoteKeys(url, { ...DEFAULTS, ...options });
}

class RemoteKeys implements KeySource {
  private keys: ReadonlyMap<string, CryptoKey> | undefined;
  private staleAt = 0;
  private nextFetchAt = 0;
  private fetching: Promise<void> | undefined;
  private lastFailure: unknown;

  constructor(
    private readonly url: string,
    private readonly options: Required<RemoteKeysOptions>,
  ) {}

  async find(kid: string): Promise<CryptoKey | undefined> {
    const known = this.keys?.get(kid);
    if (known === undefined) await this.refresh();
    else if (performance.now() >= this.staleAt) void this.refresh();
    if (this.keys === undefined) throw new KeysUnavailableError(this.lastFailure);
    return known ?? this.keys.get(kid);
  }

  warm(): Promise<void> {
    return this.refresh();
  }

  /** Never rejects: what matters afterwards is whether there are keys. */
  private refresh(): Promise<void> {
    const pauseMs = Math.max(0, this.nextFetchAt - performance.now());
    // Without any keys a caller can only be refused, so rather than that it waits for the next
    // fetch: when all services start at once, the keys are a moment away.
    if (this.fetching === undefined && (pauseMs === 0 || this.keys === undefined)) {
      this.fetching = this.fetchKeys(pauseMs).finally(() => {
        this.fetching = undefined;
      });
    }
    return this.fetching ?? Promise.resolve();
  }

  private async fetchKeys(pauseMs: number): Promise<void> {
    const { maxAgeMs, cooldownMs, retryMs } = this.options;
    await sleep(pauseMs);
    try {
      this.keys = await importKeySet(JSON.parse(await this.fetchText()));
      const now = performance.now();
      this.staleAt = now + maxAgeMs;
      this.nextFetchAt = now + cooldownMs;
    } catch (error) {
      this.lastFailure = error;
      this.nextFetchAt = performance.now() + retryMs;
    }
  }

  private async fetchText(): Promise<string> {
    const response = await fetch(this.url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(this.options.deadlineMs),
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`The key set's address answered with status ${response.status}.`);
    }
    return readUpTo(response.body, this.options.maxBytes);
  }
}

async function readUpTo(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`The key set is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
