import type { LoadedOptions } from '../entry.options.js';

/** A value that was served before and is to be loaded again. */
export interface StaleValue<Value> {
  readonly value: Value;
  /** What the loader said of it. */
  readonly etag: string | undefined;
  /** Milliseconds since it was loaded. */
  readonly ageMs: number;
}

/** What a loader may answer in place of a value. */
export class LoaderVerdict {
  /** Made by the context of a loader. */
  constructor(
    readonly kind: 'not-modified' | 'skip',
    readonly value?: unknown,
  ) {}
}

/** What a loader is told, and what it may say of its value. */
export interface LoaderContext<Value> {
  /** With its namespace. */
  readonly key: string;
  /** Aborts when the cache is closed. */
  readonly signal: AbortSignal;
  /** Undefined when there is none. */
  readonly stale: StaleValue<Value> | undefined;
  /** Return it: the stale value is as good as new. @throws {TypeError} when there is none. */
  readonly notModified: () => LoaderVerdict;
  /** Return it: callers get the value, and it is not kept. */
  readonly skip: (value?: Value) => LoaderVerdict;
  /** Decides by the value how it is kept. Overrides what the call said. */
  readonly set: (options: LoadedOptions) => void;
}

/** Gets a value from its source. */
export type Loader<Value> = (
  context: LoaderContext<Value>,
) => Promise<Value | LoaderVerdict> | Value | LoaderVerdict;
