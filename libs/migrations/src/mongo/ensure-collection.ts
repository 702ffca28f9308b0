import { isDeepStrictEqual } from 'node:util';
import type { CreateCollectionOptions, Document } from 'mongodb';
import { codeOf } from '../store-failure.js';
import type { MigrationWork } from './migration-work.js';

/** What a collection shall hold. */
export interface EnsureCollectionOptions {
  /** `$jsonSchema` that its documents have to fit. Default: none is set. */
  readonly jsonSchema?: Document;
  /** `moderate` leaves documents alone that do not fit already. Default: `strict`. */
  readonly validationLevel?: 'strict' | 'moderate';
  /** `warn` only logs what does not fit. Default: `error`. */
  readonly validationAction?: 'error' | 'warn';
  /** For the creation alone: what cannot be changed later, such as `capped` or `timeseries`. */
  readonly create?: Omit<
    CreateCollectionOptions,
    'validator' | 'validationLevel' | 'validationAction'
  >;
}

/**
 * Creates a collection or, if it is there, gives it the validator. It may be run again: with nothing
 * to change, nothing is written.
 */
export type EnsureCollection = (name: string, options?: EnsureCollectionOptions) => Promise<void>;

const NAMESPACE_EXISTS = 48;

/** The `ensureCollection` of one migration's run. */
export function ensureCollectionOf({ db, logger }: MigrationWork): EnsureCollection {
  return async (name, options = {}) => {
    const validation = validationOf(options);
    const [existing] = await db.listCollections({ name }).toArray();
    if (existing === undefined && (await created())) return;
    if (validation === undefined) return;
    const current = (existing as { options?: Document } | undefined)?.options ?? {};
    if (holds(current, validation)) return;
    await db.command({ collMod: name, ...validation });
    logger.info(`mongo: ${name} has its validator`);

    /** False if somebody else was faster. */
    async function created(): Promise<boolean> {
      try {
        await db.createCollection(name, { ...options.create, ...validation });
        return true;
      } catch (error) {
        if (codeOf(error) === NAMESPACE_EXISTS) return false;
        throw error;
      }
    }
  };
}

function validationOf(options: EnsureCollectionOptions): Document | undefined {
  if (options.jsonSchema === undefined) return undefined;
  return {
    validator: { $jsonSchema: options.jsonSchema },
    validationLevel: options.validationLevel ?? 'strict',
    validationAction: options.validationAction ?? 'error',
  };
}

function holds(current: Document, validation: Document): boolean {
  return Object.entries(validation).every(([name, value]) =>
    isDeepStrictEqual(current[name], value),
  );
}
