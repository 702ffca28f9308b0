import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@trilith/config';
import {
  EventPublisher,
  MessagingConnections,
  MessagingModule,
  type OutgoingEvent,
  StreamKeys,
} from '@trilith/messaging';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { createService } from '@trilith/service';
import { eventually, redisForTest } from '@trilith/testing';

import { type AnalyticsConfig, analyticsConfig } from '../src/analytics.config.js';
import { analyticsService } from '../src/analytics.service-definition.js';

type Publisher = 'users' | 'content';

const workspace = path.resolve(import.meta.dirname, '../../..');

/** Replicas of the service, and the publishers whose events they count, in a key space of their own. */
export class Platform {
  private readonly replicas: NestFastifyApplication[] = [];
  private readonly processes: ChildProcess[] = [];

  private constructor(
    private readonly store: Awaited<ReturnType<typeof redisForTest>>,
    readonly redis: RedisClient,
    private readonly publishers: Record<Publisher, INestApplicationContext>,
  ) {}

  static async start(): Promise<Platform> {
    const store = await redisForTest();
    const redis = createRedis({ url: store.url, name: 'analytics-test' });
    await whenReady(redis, 30_000);
    const [users, content] = await Promise.all([
      publisher('users', store),
      publisher('content', store),
    ]);
    return new Platform(store, redis, { users, content });
  }

  /** Of the Redis that holds figures and messages. */
  get url(): string {
    return this.store.url;
  }

  get prefix(): string {
    return this.store.prefix;
  }

  /** The environment of a replica. */
  get environment(): Record<string, string> {
    return {
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'fatal',
      REDIS_URL: this.url,
      MESSAGING_PREFIX: this.prefix,
      ANALYTICS_PREFIX: `${this.prefix}:analytics`,
    };
  }

  /** Starts a replica in this process, without a port. */
  async replica(environment: Record<string, string> = {}): Promise<NestFastifyApplication> {
    const config = loadConfig(analyticsConfig, { ...this.environment, ...environment });
    const app = await createService(analyticsService, config as AnalyticsConfig);
    await app.startAllMicroservices();
    this.replicas.push(app);
    return app;
  }

  /** Starts a replica as a process of its own, to be killed. */
  async process(): Promise<ChildProcess> {
    const child = spawn(
      process.execPath,
      ['--import', path.join(workspace, 'tools/jest/typescript-child.mjs'), 'src/main.ts'],
      {
        cwd: path.resolve(import.meta.dirname, '..'),
        env: { PATH: process.env.PATH, ...this.environment, LOG_LEVEL: 'info', LOG_FORMAT: 'json' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.processes.push(child);
    await isReady(child);
    return child;
  }

  /** Publishes events as a service would whose outbox does so. */
  async publish(from: Publisher, events: readonly OutgoingEvent[]): Promise<void> {
    await this.publishers[from].get(EventPublisher).publish(events);
  }

  /** Waits until every event that was published was handled and acknowledged. */
  async drained(): Promise<void> {
    const keys = new StreamKeys(this.prefix);
    for (const from of ['users', 'content']) {
      const stream = keys.events(from);
      await eventually(async () => this.insistOnDrained(stream), { timeoutMs: 120_000 });
    }
  }

  /** How many events a process was given and has not acknowledged. */
  async inHand({ pid }: ChildProcess): Promise<number> {
    const stream = new StreamKeys(this.prefix).events('content');
    const consumers = (await this.redis.xinfo('CONSUMERS', stream, 'analytics')) as unknown[][];
    return consumers
      .map(toRecord)
      .filter(({ name }) => String(name).startsWith(`analytics-${pid}-`))
      .reduce((sum, { pending }) => sum + Number(pending), 0);
  }

  async close(): Promise<void> {
    for (const child of this.processes) await stop(child);
    const apps = [...this.replicas, ...Object.values(this.publishers)];
    await Promise.all(apps.map(async (app) => app.close()));
    await closeRedis(this.redis);
    await this.store.close();
  }

  private async insistOnDrained(stream: string): Promise<void> {
    if ((await this.redis.exists(stream)) === 0) return;
    const [last] = await this.redis.xrevrange(stream, '+', '-', 'COUNT', 1);
    const groups = (await this.redis.xinfo('GROUPS', stream)) as unknown[][];
    const group = groups.map(toRecord).find(({ name }) => name === 'analytics');
    if (group?.pending === 0 && (!last || group['last-delivered-id'] === last[0])) return;
    throw new Error(`${stream} is not drained: ${JSON.stringify(group)}`);
  }
}

/** `[name, value, name, value]` as Redis replies. */
function toRecord(pairs: unknown[]): Record<string, unknown> {
  const names = pairs.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [String(name), pairs[index * 2 + 1]]));
}

async function publisher(
  service: Publisher,
  { url, prefix }: { url: string; prefix: string },
): Promise<INestApplicationContext> {
  const messaging = MessagingModule.forRoot({ redis: { url }, service, prefix });
  const app = await NestFactory.createApplicationContext(messaging, { logger: ['error'] });
  await app.get(MessagingConnections).start();
  return app;
}

/** The process says so in its log, which has to be read to its end: a full pipe would stop it. */
async function isReady({ stdout }: ChildProcess): Promise<void> {
  let log = '';
  stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await eventually(() => {
    if (!log.includes('"msg":"ready"')) throw new Error(`not ready: ${log}`);
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
