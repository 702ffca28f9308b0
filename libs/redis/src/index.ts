export {
  closeRedis,
  createBlockingRedis,
  createRedis,
  reconnect,
  whenReady,
} from './connection.js';
export type { RedisClient } from './connection.js';
export type {
  BlockingConnectionOptions,
  ConnectionOptions,
  TlsOptions,
} from './connection.options.js';
export { RedisOptionError, RedisUnavailableError, isRedisUnavailable } from './redis.errors.js';
export { defineScript } from './script.js';
export type { Script, ScriptArgument, ScriptDefinition, ScriptRunner } from './script.js';
export { runningNow, sendNow } from './send-now.js';
export type { CommandArgument } from './send-now.js';
export { checkServer, memoryFullness } from './server-checks.js';
export type { ServerNeed } from './server-checks.js';
export { keysTogether } from './cluster/slot.js';
export { createSubscriber, createSubscriberBeside } from './subscriber.js';
export type { SubscriberOptions, Subscription } from './subscriber.js';
export { addressOf, isRedisUrl, redisUrlForms } from './topology.js';
export type { Credentials } from './topology.js';
