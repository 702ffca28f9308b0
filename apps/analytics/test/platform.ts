import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@trilith/config';
import {
  EventPublisher,
  type GroupState,
  MessagingAdmin,
  MessagingConnections,
  MessagingModule,
  type OutgoingEvent,
} from '@trilith/messaging';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { createService } from '@trilith/service';
import { eventually, redisForTest } from '@trilith/testing';

import { type AnalyticsConfig, analyticsConfig } from '../src/analytics.config.js';
import { analyticsService } from '../src/analytics.service-definition.js';

type Publisher = 'users' | 'content';

const workspace = path.resolve(import.meta.dirname, '../../..');

/** Where figures and messages are kept, in a key space of their own. */
export type Place = Pick<Awaited<ReturnType<typeof redisForTest>>, 'url' | 'prefix' | 'close'>;

/** Replicas of the service, and the publishers whose events they count, in a key space of their own. */
export class Platform {
  private readonly replicas: NestFastifyApplication[] = [];
  private readonly processes: ChildProcess[] = [];

  private constructor(
    private readonly store: Place,
    readonly redis: RedisClient,
    private readonly publishers: Record<Publisher, INestApplicationContext>,
  ) {}

  /** @param given closed with the platform; by default the Redis that tests share. */
  static async start(given?: Place): Promise<Platform> {
    const store = given ?? (await redisForTest());
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
      // Figures are compared as soon as their events are counted.
      REPORTS_AGE: '1ms',
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
    for (const from of ['users', 'content']) {
      await eventually(async () => this.insistOnDrained(from), { timeoutMs: 120_000 });
    }
  }

  /** How many events a process was given and has not acknowledged. */
  async inHand({ pid }: ChildProcess): Promise<number> {
    const partitions = (await this.groupOn('content'))?.partitions ?? [];
    return partitions
      .filter(({ owner }) => owner?.startsWith(`analytics-${pid}-`))
      .reduce((sum, { pending }) => sum + pending, 0);
  }

  async close(): Promise<void> {
    for (const child of this.processes) await stop(child);
    const apps = [...this.replicas, ...Object.values(this.publishers)];
    await Promise.all(apps.map(async (app) => app.close()));
    await closeRedis(this.redis);
    await this.store.close();
  }

  private async insistOnDrained(from: string): Promise<void> {
    const wasPublished = (await this.admin.inspect(from)) !== undefined;
    const group = await this.groupOn(from);
    if (!wasPublished || group?.entries === 0) return;
    throw new Error(`${from} is not drained: ${JSON.stringify(group)}`);
  }

  private async groupOn(from: string): Promise<GroupState | undefined> {
    const groups = (await this.admin.inspect(from))?.groups;
    return groups?.find(({ group }) => group === 'analytics');
  }

  private get admin(): MessagingAdmin {
    return new MessagingAdmin({ redis: this.redis, prefix: this.prefix });
  }
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
