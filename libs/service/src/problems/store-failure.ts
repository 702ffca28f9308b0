import { DomainError } from './domain.error.js';

/** A store or neighbour did not answer, or was too busy to. Details are in the log, not in here. */
export class StoreUnavailableError extends DomainError {
  readonly code = 'unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 1;

  constructor(cause: unknown) {
    super('Something this needs is not answering at the moment. Please try again shortly.', {
      cause,
    });
  }
}

/** The network, by Node's and undici's codes. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/**
 * PostgreSQL's SQLSTATEs: connection (08), resources (53), operator's intervention such as a
 * shutdown or a cancelled statement (57), serialization failure and deadlock (40), lock not granted.
 */
const SQL_STATES = /^(?:08\d{3}|53\d{3}|57P0\d|57014|40001|40P01|55P03|25P03|25006)$/;

/** MongoDB: interrupted, stepping down, not primary, time limit, write conflict, network. */
const MONGO_CODES = new Set([
  6, 7, 50, 89, 91, 112, 189, 251, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

const ERROR_NAMES =
  /^(?:Mongo(?:ose)?ServerSelectionError|Mongo(?:Network|NetworkTimeout|PoolCleared|PoolClosed|WaitQueueTimeout|TopologyClosed|NotConnected|OperationTimeout|ClientClosed)Error|PoolClearedOnNetworkError|MaxRetriesPerRequestError|ClusterAllFailedError|TimeoutError|ConnectTimeoutError)$/;

/** Errors that carry neither a code nor a name of their own: pg, pg-pool, Mongoose, ioredis, Redis. */
const MESSAGES = [
  /^timeout exceeded when trying to connect$/,
  /^Connection terminated/,
  /^Client has encountered a connection error/,
  /^(?:Query read timeout|timeout expired|Cannot use a pool after calling end on the pool)$/,
  /before initial connection is complete/,
  /^(?:Command timed out|Connection is closed\.?|None of startup nodes is available)$/,
  /^Stream isn't writeable and enableOfflineQueue options is false$/,
  /^(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|OOM|MISCONF|NOREPLICAS) /,
];

const DEEPEST_CAUSE = 5;

/**
 * Tells whether an error of a driver means that its store is away or too busy, rather than that the
 * program asked for something wrong. Looks through causes and wrapped driver errors.
 */
export function isStoreFailure(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEEPEST_CAUSE) return false;
  const { name, message, code, cause, driverError, errors } = error as Record<string, unknown>;
  if (isFailureCode(code)) return true;
  if (typeof name === 'string' && ERROR_NAMES.test(name)) return true;
  if (typeof message === 'string' && MESSAGES.some((pattern) => pattern.test(message))) return true;
  const wrapped = [cause, driverError, ...(Array.isArray(errors) ? errors.slice(0, 10) : [])];
  return wrapped.some((inner) => isStoreFailure(inner, depth + 1));
}

function isFailureCode(code: unknown): boolean {
  if (typeof code === 'number') return MONGO_CODES.has(code);
  return typeof code === 'string' && (NETWORK_CODES.has(code) || SQL_STATES.test(code));
}
