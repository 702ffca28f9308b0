import { StreamableFile } from '@nestjs/common';

import type { Exchange } from './exchange.js';
import { firstClassIn } from './plain.js';

/** A response as it is kept. */
export interface CachedResponse {
  readonly body: unknown;
  /** Those that the route keeps. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Why what a handler gave may not be given again, or undefined when it may: only a success in full,
 * with nothing in it that is for one client or says that it must not be kept.
 */
export function reasonNotToKeep(exchange: Exchange, body: unknown): string | undefined {
  if (!exchange.isAnswered) {
    if (exchange.status !== 200) return `its status is ${exchange.status}`;
    if (exchange.responseHeader('set-cookie') !== undefined) return 'it sets a cookie';
    const control = exchange.responseHeader('cache-control') ?? '';
    if (/\b(no-store|no-cache|private)\b/i.test(control)) return `it says ${control}`;
  }
  if (isBytes(body)) return 'it is a file or a stream';
  const name = firstClassIn(body);
  return name && `it contains an instance of ${name}: give plain data`;
}

/** What is kept of a response. */
export function toBeKept(
  exchange: Exchange,
  body: unknown,
  keepHeaders: readonly string[] = [],
): CachedResponse {
  const headers: Record<string, string> = {};
  for (const name of keepHeaders) {
    const value = exchange.responseHeader(name);
    if (value !== undefined) headers[name] = value;
  }
  return keepHeaders.length === 0 ? { body } : { body, headers };
}

function isBytes(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return body instanceof StreamableFile || ArrayBuffer.isView(body) || 'pipe' in body;
}
