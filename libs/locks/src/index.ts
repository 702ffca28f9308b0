export type { FencingTokens } from './fencing/fencing-tokens.js';
export { fenceCondition } from './fencing/fence-condition.js';
export type { FenceConditionParts } from './fencing/fence-condition.js';
export { fenceFilter } from './fencing/fence-filter.js';
export type { FenceFilter } from './fencing/fence-filter.js';
export { fenceLua } from './fencing/fence-lua.js';
export type { FenceLuaParts } from './fencing/fence-lua.js';
export { MongoFencingTokens } from './fencing/mongo-fencing-tokens.js';
export type { MongoFencingTokensOptions } from './fencing/mongo-fencing-tokens.js';
export {
  PostgresFencingTokens,
  createFencingTokensSql,
} from './fencing/postgres-fencing-tokens.js';
export type { QueryFunction } from './fencing/postgres-fencing-tokens.js';
export { RedisFencingTokens } from './fencing/redis-fencing-tokens.js';
export type { RedisFencingTokensOptions } from './fencing/redis-fencing-tokens.js';
export { LeaderElection } from './leader-election.js';
export type { LeaderElectionOptions } from './leader-election.js';
export { Lease } from './lease.js';
export type { LockKind } from './lease.js';
export { LeaseGroup } from './lease-group.js';
export { Lock } from './lock.js';
export type { LockFacts, LockObserver, WaitOutcome } from './lock-observer.js';
export { LockManager } from './lock-manager.js';
export type { ReadWriteLock } from './lock-manager.js';
export {
  LockError,
  LockLostError,
  LockTimeoutError,
  LockUnavailableError,
} from './locks.errors.js';
export type {
  LockManagerOptions,
  LockOptions,
  TryLockOptions,
  WithLockOptions,
} from './locks.options.js';
export { locksMetrics } from './locks.metrics.js';
export type { LocksMetricsOptions, PromClient } from './locks.metrics.js';
export type { HeldLock, LockHolder } from './redis/lock-list.js';
