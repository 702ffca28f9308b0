import { type RedisClient, type ScriptRunner, runningNow, sendNow } from '@trilith/redis';

import type { MessagingConnections } from '../messaging-connections.js';
import { publishReplies } from '../request-scripts.js';
import type { ConsumerIdentity } from './consumer-group.js';

/** A message of a reply that waits to be sent. */
interface Outgoing {
  readonly channel: string;
  readonly text: string;
  /** Told how many heard it, or why it was not sent. */
  readonly sent: Pick<PromiseWithResolvers<number>, 'resolve' | 'reject'> | undefined;
}

/** Nobody waits for it that a request leaves the stream: it travels with others. */
const doneGatherForMs = 5;
const doneTogether = 100;
const removeAgainAfterMs = 1_000;

/**
 * Sends the replies of one turn of the event loop in one command, and one message to each caller.
 * Requests that are done with leave the stream a moment later, many at a time.
 */
export class ReplySender {
  private replies: Outgoing[] = [];
  private done: string[] = [];
  private doneSince = 0;
  private doneTimer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly underWay = new Set<Promise<void>>();
  private readonly flushReplies = () => this.track(this.sendReplies(this.connections.commands));
  private readonly flushDone = () => this.track(this.sendDone(this.connections.commands));

  /** @param onRemoved told which requests are gone from the stream. */
  constructor(
    private readonly identity: ConsumerIdentity,
    private readonly connections: MessagingConnections,
    private readonly onRemoved: (entryIds: readonly string[]) => void,
  ) {}

  /** Sends at the end of this turn, or with the next read if that comes first. */
  send(channel: string, text: string, sent?: Outgoing['sent']): void {
    if (this.replies.push({ channel, text, sent }) === 1) process.nextTick(this.flushReplies);
  }

  /** The request's entry goes soon. Should that fail, it is tried again with the next ones. */
  remove(entryId: string): void {
    if (this.done.push(entryId) > 1) return;
    this.doneSince = performance.now();
    this.doneTimer = setTimeout(this.flushDone, 2 * doneGatherForMs);
  }

  /** Sends on another connection what waits to be sent, ahead of what follows on it. */
  sendOver(redis: RedisClient): void {
    if (this.replies.length > 0) this.track(this.sendReplies(redis));
    const isDue = performance.now() - this.doneSince >= doneGatherForMs;
    if (this.done.length >= doneTogether || (this.done.length > 0 && isDue)) {
      this.track(this.sendDone(redis));
    }
  }

  /** Resolves when what was sent has arrived or failed: before, no connection should be closed. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** Sends at once what waits; what fails now is not tried again. */
  async close(): Promise<void> {
    this.closed = true;
    const { commands } = this.connections;
    await Promise.all([this.sendReplies(commands), this.sendDone(commands)]);
  }

  private track(sending: Promise<void>): void {
    this.underWay.add(sending);
    void sending.then(() => this.underWay.delete(sending));
  }

  /** Never rejects: each sender is told of its own. */
  private async sendReplies(redis: RedisClient): Promise<void> {
    const outgoing = this.replies;
    if (outgoing.length === 0) return;
    this.replies = [];
    try {
      const receivers = await this.publish(redis, outgoing);
      for (const { channel, sent } of outgoing) sent?.resolve(receivers.get(channel) ?? 0);
    } catch (error) {
      for (const { sent } of outgoing) sent?.reject(error);
    }
  }

  /** Resolves to how many heard on each channel. */
  private async publish(
    redis: RedisClient,
    outgoing: readonly Outgoing[],
  ): Promise<ReadonlyMap<string, number>> {
    const messages = new Map<string, string>();
    for (const { channel, text } of outgoing) {
      const before = messages.get(channel);
      messages.set(channel, before === undefined ? text : `${before},${text}`);
    }
    const args = [...messages].flatMap(([channel, texts]) => [channel, `[${texts}]`]);
    const receivers =
      messages.size === 1
        ? [Number(await sendNow(redis, 'publish', args))]
        : await publishReplies(this.scriptsOver(redis), [this.identity.stream], args);
    return new Map([...messages.keys()].map((channel, index) => [channel, receivers[index] ?? 0]));
  }

  /**
   * A script that the server does not know is sent once more, and by then another connection may be
   * waiting for requests, with everything sent on it.
   */
  private scriptsOver(redis: RedisClient): ScriptRunner {
    const { evalsha } = runningNow(redis);
    return { evalsha, eval: runningNow(this.connections.commands).eval };
  }

  /** Never rejects. */
  private async sendDone(redis: RedisClient): Promise<void> {
    clearTimeout(this.doneTimer);
    const entryIds = this.done;
    if (entryIds.length === 0) return;
    this.done = [];
    const { stream, group } = this.identity;
    try {
      await Promise.all([
        sendNow(redis, 'xack', [stream, group, ...entryIds]),
        sendNow(redis, 'xdel', [stream, ...entryIds]),
      ]);
      this.onRemoved(entryIds);
    } catch {
      this.done.unshift(...entryIds);
      clearTimeout(this.doneTimer);
      if (!this.closed) this.doneTimer = setTimeout(this.flushDone, removeAgainAfterMs);
    }
  }
}
