export { Lease } from './lease.js';
export { LockManager } from './lock-manager.js';
export {
  LockError,
  LockLostError,
  LockTimeoutError,
  LockUnavailableError,
} from './locks.errors.js';
export type { LockManagerOptions, LockOptions, TryLockOptions } from './locks.options.js';
