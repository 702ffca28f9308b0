import assert from 'node:assert/strict';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { getConnectionToken } from '@nestjs/mongoose';
import { loadConfig } from '@trilith/config';
import { MessagingAdmin, StreamKeys, partitionOf } from '@trilith/messaging';
import { closeRedis, createRedis, whenReady, type RedisClient } from '@trilith/redis';
import { createService } from '@trilith/service';
import { eventually, mongoForTest, redisForTest } from '@trilith/testing';
import type { Connection } from 'mongoose';

import { contentConfig } from '../../src/content.config.js';
import { contentService } from '../../src/content.service-definition.js';
import type { CommentResponse } from '../../src/comments/dto/comment.response.js';
import type { Post } from '../../src/posts/post.schema.js';
import type { PostResponse } from '../../src/posts/dto/post.response.js';
import { TokenIssuer, type Person } from './token-issuer.js';

/** Of this service's events. */
const partitions = 16;

/** Variables that a test sets on top of those of its own stores. */
export type Environment = Record<string, string>;

/** An answer with its body read as JSON. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Body;
}

/** One replica of the real service. */
export class Replica {
  constructor(readonly app: NestFastifyApplication) {}

  get database(): Connection {
    return this.app.get<Connection>(getConnectionToken());
  }

  /** The stored posts, past all rules of the service. */
  get posts() {
    return this.database.collection<Post>('posts');
  }

  /** What was added to the outbox, sent or not. */
  async outbox(filter: { topic: string; key: string }) {
    return this.database.collection('outbox').find(filter).toArray();
  }

  async get<Body = Record<string, unknown>>(url: string, headers = {}): Promise<Answer<Body>> {
    return toAnswer(await this.app.inject({ method: 'GET', url, headers }));
  }

  async post<Body = Record<string, unknown>>(
    url: string,
    { as, body }: { as?: Person; body?: unknown } = {},
  ): Promise<Answer<Body>> {
    const payload = body === undefined ? {} : { payload: body as object };
    return toAnswer(
      await this.app.inject({ method: 'POST', url, headers: as?.headers ?? {}, ...payload }),
    );
  }

  /** Posts a body as it is. */
  async send({
    url,
    headers,
    body,
  }: {
    url: string;
    headers: object;
    body: string;
  }): Promise<Answer> {
    return toAnswer(
      await this.app.inject({ method: 'POST', url, headers: { ...headers }, payload: body }),
    );
  }

  /** A draft by this person. */
  async draft(as: Person, changes: object = {}): Promise<PostResponse> {
    const body = { title: 'A title', content: 'Some content', ...changes };
    return expectStatus(201, await this.post<PostResponse>('/v1/posts', { as, body }));
  }

  /** A published post by this person. */
  async published(as: Person, changes: object = {}): Promise<PostResponse> {
    const { id } = await this.draft(as, changes);
    return expectStatus(200, await this.post<PostResponse>(`/v1/posts/${id}/publish`, { as }));
  }

  /** Comments one after the other, the oldest first. */
  async comments(postId: string, as: Person, count: number): Promise<CommentResponse[]> {
    const written: CommentResponse[] = [];
    for (let index = 0; index < count; index++) {
      const body = { text: `comment ${index}` };
      const answer = await this.post<CommentResponse>(`/v1/posts/${postId}/comments`, { as, body });
      written.push(expectStatus(201, answer));
    }
    return written;
  }

  /** No route does that so far. */
  async setStatus(postId: string, status: Post['status']): Promise<void> {
    await this.posts.updateOne({ _id: postId }, { $set: { status } });
  }
}

/** The stores and keys of one test file, and the replicas of the service on them. */
export class Platform implements AsyncDisposable {
  private readonly replicas: Replica[] = [];

  private constructor(
    readonly issuer: TokenIssuer,
    readonly mongo: Awaited<ReturnType<typeof mongoForTest>>,
    readonly redis: Awaited<ReturnType<typeof redisForTest>>,
  ) {}

  static async start(): Promise<Platform> {
    const [issuer, mongo, redis] = await Promise.all([
      TokenIssuer.start(),
      mongoForTest(),
      redisForTest(),
    ]);
    return new Platform(issuer, mongo, redis);
  }

  /** Starts one replica, its message handlers included. */
  async replica(changes: Environment = {}): Promise<Replica> {
    const config = loadConfig(contentConfig, { ...this.environment, ...changes });
    const app = await createService(contentService, config);
    await app.startAllMicroservices();
    const replica = new Replica(app);
    this.replicas.push(replica);
    return replica;
  }

  /** How many events of a publisher this service gave up. */
  async deadLetters(publisher: string): Promise<number> {
    return this.lengthOf(new StreamKeys(this.redis.prefix).deadLetters(publisher, 'content'));
  }

  /** How many requests were sent to a service and not answered yet. */
  async requestsTo(service: string): Promise<number> {
    return this.lengthOf(new StreamKeys(this.redis.prefix).requests(service));
  }

  /** The payloads of this service's events of one topic about one thing, in order. */
  async events<Payload = unknown>(topic: string, key: string): Promise<Payload[]> {
    const keys = new StreamKeys(this.redis.prefix);
    const stream = keys.partition('content', partitionOf(key, partitions));
    const entries = await this.withRedis(async (redis) => redis.xrange(stream, '-', '+'));
    return entries
      .map(([, fields]) => Object.fromEntries(pairs(fields)))
      .filter((event) => event['topic'] === topic && event['key'] === key)
      .map((event) => JSON.parse(event['payload'] ?? 'null') as Payload);
  }

  /** Resolves when this service has handled all of its own events that were published so far. */
  async settled(): Promise<void> {
    await eventually(async () => {
      const state = await this.withRedis(async (redis) =>
        new MessagingAdmin({ redis, prefix: this.redis.prefix }).inspect('content'),
      );
      assert.deepEqual(
        state?.groups.map(({ group, entries }) => [group, entries]),
        [['content', 0]],
      );
    });
  }

  private async lengthOf(stream: string): Promise<number> {
    return this.withRedis(async (redis) => redis.xlen(stream));
  }

  private async withRedis<T>(work: (redis: RedisClient) => Promise<T>): Promise<T> {
    const redis = createRedis({ url: this.redis.url, name: 'test' });
    try {
      await whenReady(redis, 10_000);
      return await work(redis);
    } finally {
      await closeRedis(redis);
    }
  }

  private get environment(): Environment {
    return {
      LOG_LEVEL: 'fatal',
      LOG_FORMAT: 'json',
      MONGODB_URL: this.mongo.url,
      REDIS_URL: this.redis.url,
      MESSAGING_PREFIX: this.redis.prefix,
      JWKS_URL: this.issuer.jwksUrl,
      CURSOR_SECRET: 'a-secret-for-cursors-in-tests-only',
      VISITOR_SECRET: 'a-secret-for-visitors-in-tests-only',
      // Nobody answers for users unless a test starts a stand-in.
      AUTHOR_LOOKUP_TIMEOUT: '20ms',
      MONGODB_TRANSACTION_TIMEOUT: '50s',
      // One person does much in a short time; tests about limits set their own.
      RATE_LIMIT_CALLER: '1000000/1s',
      RATE_LIMIT_POSTS: '1000000/1s',
      RATE_LIMIT_COMMENTS: '1000000/1s',
      RATE_LIMIT_LIKES: '1000000/1s',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.replicas.map(async ({ app }) => app.close()));
    await this.issuer[Symbol.asyncDispose]();
    await Promise.all([this.mongo.close(), this.redis.close()]);
  }
}

function toAnswer<Body>(response: {
  statusCode: number;
  headers: Record<string, unknown>;
  payload: string;
}): Answer<Body> {
  const { statusCode: status, headers, payload } = response;
  return { status, headers, body: JSON.parse(payload) as Body };
}

/** A stream entry's flat list of fields, two by two. */
function pairs(fields: readonly string[]): [string, string][] {
  return fields.flatMap((field, index): [string, string][] =>
    index % 2 === 0 ? [[field, fields[index + 1] ?? '']] : [],
  );
}

function expectStatus<Body>(status: number, answer: Answer<Body>): Body {
  if (answer.status === status) return answer.body;
  throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
}
