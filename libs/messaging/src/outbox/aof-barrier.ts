import { Logger } from '@nestjs/common';
import { whenReady } from '@trilith/redis';
import type { Redis } from 'ioredis';

import type { BarrierMark, PublishBarrier } from './event-sink.js';
import { NotDurableError } from './outbox.errors.js';

/** What a barrier waits on. */
export interface AofBarrierParts {
  /** The connection that publishes. */
  readonly publishing: Redis;
  /** Another one to the same server, for the barrier alone: it blocks, and publishing goes on. */
  readonly waiting: Redis;
  /** A key that the barrier may write, on the server of the stream. */
  readonly key: string;
  /** How long the server may take to write its AOF to disk. */
  readonly timeoutMs: number;
}

/** Two connections, as they were when something was published. */
interface Sockets {
  readonly publishing: unknown;
  readonly waiting: unknown;
}

/** What is known of a server, asked once per connection. */
interface ServerFacts {
  /** Another one after each restart. */
  readonly runId: string;
  /** Why it cannot confirm; undefined when it can. */
  readonly obstacle: string | undefined;
}

/**
 * Waits until Redis (7.2 or newer, with AOF) has what was published on disk.
 *
 * WAITAOF waits for the writes of its own connection. The barrier therefore writes something itself:
 * the AOF has one order, and what comes before that is on disk when it is. This holds for one life
 * of one server, so a connection that was replaced meanwhile makes the wait fail.
 */
export class AofBarrier implements PublishBarrier {
  private readonly logger = new Logger('Messaging');
  private readonly facts = new WeakMap<object, Promise<ServerFacts>>();
  private warned = false;

  constructor(private readonly parts: AofBarrierParts) {}

  /**
   * Says, in one line, when the server cannot confirm that it has written its AOF: then events are
   * as safe as without a barrier. Does so once.
   */
  async check(): Promise<void> {
    const { obstacle } = await this.factsOf(this.parts.waiting);
    if (obstacle === undefined || this.warned) return;
    this.warned = true;
    this.logger.warn(
      `Events are marked as sent before Redis has them on disk, although durability is "aof": ${obstacle}`,
    );
  }

  async mark(): Promise<BarrierMark> {
    const { publishing, waiting, timeoutMs } = this.parts;
    await Promise.all([whenReady(publishing, timeoutMs), whenReady(waiting, timeoutMs)]);
    return this.sockets();
  }

  /** @throws {NotDurableError} when some of it may be lost. */
  async reached(since: BarrierMark): Promise<void> {
    await this.check();
    const [here, there] = await Promise.all([
      this.factsOf(this.parts.publishing),
      this.factsOf(this.parts.waiting),
    ]);
    if (here.runId !== there.runId) throw new NotDurableError('it was published to another server');
    if (there.obstacle === undefined) await this.waitForDisk();
    this.requireSame(since as Sockets);
  }

  private async waitForDisk(): Promise<void> {
    const { waiting, key, timeoutMs } = this.parts;
    const [, reply] = await Promise.all([
      waiting.set(key, '', 'PX', 60_000),
      waiting.call('WAITAOF', 1, 0, timeoutMs),
    ]);
    const [onDisk] = reply as [onDisk: number, replicas: number];
    if (onDisk < 1) throw new NotDurableError(`the AOF was not written within ${timeoutMs} ms`);
  }

  private requireSame(since: Sockets): void {
    const now = this.sockets();
    if (now.publishing === since.publishing && now.waiting === since.waiting) return;
    throw new NotDurableError('a connection was lost meanwhile');
  }

  private sockets(): Sockets {
    const { publishing, waiting } = this.parts;
    return { publishing: publishing.stream, waiting: waiting.stream };
  }

  private async factsOf(client: Redis): Promise<ServerFacts> {
    await whenReady(client, this.parts.timeoutMs);
    const { stream } = client;
    const known = this.facts.get(stream) ?? factsOfServer(client);
    this.facts.set(stream, known);
    // A server that did not answer is asked again.
    known.catch(() => this.facts.delete(stream));
    return known;
  }
}

async function factsOfServer(client: Redis): Promise<ServerFacts> {
  const info = await client.info('server');
  const runId = /^run_id:(\w+)/m.exec(info)?.[1] ?? '';
  return { runId, obstacle: await obstacleOf(client) };
}

async function obstacleOf(client: Redis): Promise<string | undefined> {
  try {
    await client.call('WAITAOF', 1, 0, 1);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes('unknown command')) return 'it is older than Redis 7.2';
    if (message.includes('appendonly is disabled')) return 'its appendonly is off';
    throw error;
  }
  // Not every user may ask; then a wait that never ends tells.
  const config = await client.config('GET', 'appendfsync').catch(() => []);
  return (config as string[])[1] === 'no' ? 'its appendfsync is "no"' : undefined;
}
