import { Inject } from '@nestjs/common';

import type { TieredCache } from '../tiered-cache.js';
import { getCacheToken } from './cache.tokens.js';

/** A method of a provider that gives its result later. */
export type AsyncMethod<Args extends readonly unknown[], Result> = (
  ...args: Args
) => Promise<Result>;

type Around<Args extends readonly unknown[], Result> = (call: {
  readonly cache: TieredCache;
  readonly args: Args;
  readonly proceed: () => Promise<Result>;
}) => Promise<Result>;

/** What Nest injects a cache into, on instances of classes with wrapped methods. */
const properties = new Map<string | undefined, symbol>();

/**
 * Puts work around a method of a provider or controller, with the cache that Nest injects into the
 * instance. An instance that Nest did not make has none: its methods run as they were written.
 */
export function wrapMethod<Args extends readonly unknown[], Result>(
  target: object,
  descriptor: TypedPropertyDescriptor<AsyncMethod<Args, Result>>,
  { injectAs, around }: { injectAs: string | undefined; around: Around<Args, Result> },
): void {
  const { value: method } = descriptor;
  if (method === undefined) throw new TypeError('Only a method can be cached, no accessor');
  const property = propertyOf(injectAs);
  Inject(getCacheToken(injectAs))(target, property);

  descriptor.value = keepingMetadata(method, async function wrapped(this: object, ...args: Args) {
    const cache = Reflect.get(this, property) as TieredCache | undefined;
    const proceed = async () => method.call(this, ...args);
    return cache === undefined ? proceed() : around({ cache, args, proceed });
  });
}

function propertyOf(injectAs: string | undefined): symbol {
  const known = properties.get(injectAs) ?? Symbol(`cache ${injectAs ?? '(default)'}`);
  properties.set(injectAs, known);
  return known;
}

/** Routes, guards, pipes: what other decorators already said of the method holds for its wrapper. */
function keepingMetadata<Method extends object>(from: Method, to: Method): Method {
  for (const key of Reflect.getMetadataKeys(from)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
  for (const name of ['name', 'length'] as const) {
    Object.defineProperty(to, name, { value: Reflect.get(from, name), configurable: true });
  }
  return to;
}
