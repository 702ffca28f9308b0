import { types } from 'node:util';
import type { ClientSession } from 'mongodb';

/** Resolves while the lock is held for certain, and throws when it is not. */
export type Confirm = () => Promise<void>;

type Method = (this: unknown, ...given: unknown[]) => unknown;
type Iterating = (this: unknown, ...given: unknown[]) => AsyncIterable<unknown>;
type SessionWork = (session: ClientSession) => Promise<unknown>;

/** Those whose promise is of a collection or of several. */
const GIVE_COLLECTIONS = new Set(['createCollection', 'renameCollection', 'rename', 'collections']);

/**
 * A client of the driver, a database, a collection or a cursor whose every question to the server is
 * preceded by `confirm`, and so is that of all that is got from it. A process that was stopped between two
 * commands of a migration finds out before the second. What remains is the command that was on its way
 * when the process was stopped: only a transaction that holds the ledger's entry keeps that out, as that
 * of a back-fill does.
 */
export function fenced<T extends object>(subject: T, confirm: Confirm): T {
  return new Proxy(subject, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor') return value;
      return fencedMethod(target, { key, method: value as Method }, confirm);
    },
  });
}

/** The driver's methods that ask the server are asynchronous, and all others only make something. */
function fencedMethod(
  target: object,
  { key, method }: { key: string | symbol; method: Method },
  confirm: Confirm,
): Method {
  if (isIterating(method)) {
    return async function* iterate(...given) {
      await confirm();
      yield* method.apply(target, given);
    };
  }
  if (types.isAsyncFunction(method)) {
    return async (...given) => {
      await confirm();
      const isOfSession = key === 'withSession';
      const result = await method.apply(target, isOfSession ? given.map(withFenced) : given);
      return GIVE_COLLECTIONS.has(String(key)) ? fencedAll(result, confirm) : result;
    };
  }
  return function made(this: unknown, ...given) {
    const result = method.apply(target, given);
    if (result === target) return this;
    if (typeof result !== 'object' || result === null || key === 'stream') return result;
    return key === 'startSession'
      ? fencedSession(result as ClientSession, confirm)
      : fenced(result, confirm);
  };

  function withFenced(argument: unknown): unknown {
    if (typeof argument !== 'function') return argument;
    const work = argument as SessionWork;
    return async (session: ClientSession) => work(fencedSession(session, confirm));
  }
}

/** The driver has asynchronous generators only. */
function isIterating(method: Method): method is Iterating {
  return types.isGeneratorFunction(method);
}

function fencedAll(collections: unknown, confirm: Confirm): unknown {
  return Array.isArray(collections)
    ? collections.map((collection: object) => fenced(collection, confirm))
    : fenced(collections as object, confirm);
}

/**
 * Itself, because the driver knows it by identity. `withTransaction` asks before it comes to the commit:
 * there it takes every error for one of its own.
 */
function fencedSession(session: ClientSession, confirm: Confirm): ClientSession {
  const commit = session.commitTransaction.bind(session);
  const withTransaction = session.withTransaction.bind(session);
  session.commitTransaction = async (options) => {
    await confirm();
    return commit(options);
  };
  session.withTransaction = async (work, options) =>
    withTransaction(async (given) => {
      const result = await work(given);
      await confirm();
      return result;
    }, options);
  return session;
}
