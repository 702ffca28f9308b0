export { eventually, type EventuallyOptions } from './eventually.js';
export { faultyProxy, type FaultyProxy } from './faulty-proxy.js';
export { mongoForTest, type MongoForTest } from './mongo.js';
export { postgresForTest, type PostgresForTest } from './postgres.js';
export { redisForTest, type RedisForTest } from './redis.js';
