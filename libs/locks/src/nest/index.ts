export { currentLease } from './lease-context.js';
export { LeaderElections } from './leader-elections.js';
export { LocksModule } from './locks.module.js';
export type { LocksAsyncOptions, LocksModuleOptions } from './locks.module.js';
export { OnlyLeader } from './only-leader.decorator.js';
export type { OnlyLeaderOptions } from './only-leader.decorator.js';
export { WithLock } from './with-lock.decorator.js';
export { WithoutOverlapping } from './without-overlapping.decorator.js';
export type { WithoutOverlappingOptions } from './without-overlapping.decorator.js';
