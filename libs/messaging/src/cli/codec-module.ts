import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { type PayloadCodec, isPayloadCodec } from '../transport/payload-codec.js';
import { UsageError } from './exit-code.js';

/**
 * The codecs that a module exports, under whatever names.
 *
 * @throws {UsageError} when there is no such module, or no codec in it.
 */
export async function codecsOfModule(path: string): Promise<PayloadCodec[]> {
  const codecs = Object.values(await load(path)).filter(isPayloadCodec);
  if (codecs.length === 0) throw new UsageError(`${path} exports no codec.`);
  return codecs;
}

async function load(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new UsageError(`${path} cannot be loaded: ${String(cause)}`, { cause });
  }
}
