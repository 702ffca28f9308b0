import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@trilith/config';
import {
  EventPublisher,
  MessagingModule,
  type OutgoingEvent,
  StreamKeys,
} from '@trilith/messaging';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { createService } from '@trilith/service';
import { eventually, redisForTest } from '@trilith/testing';

import { type AnalyticsConfig, analyticsConfig } from '../src/analytics.config.js';
import { analyticsService } from '../src/analytics.service.js';

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

  get prefix(): string {
    return this.store.prefix;
  }

  /** The environment of a replica. */
  get environment(): Record<string, string> {
    return {
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'fatal',
      REDIS_URL: this.store.url,
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
      await eventually(async () => this.insistOnDrained(keys.events(from)));
    }
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
  return NestFactory.createApplicationContext(messaging, { logger: ['error'] });
}

/** The process says so in its log. */
async function isReady(child: ChildProcess): Promise<void> {
  let log = '';
  for await (const chunk of child.stdout ?? []) {
    log += String(chunk);
    if (log.includes('"msg":"ready"')) break;
  }
  if (!log.includes('"msg":"ready"')) throw new Error(`the replica ended: ${log}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
