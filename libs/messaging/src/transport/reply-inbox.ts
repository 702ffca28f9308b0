import { Injectable } from '@nestjs/common';
import { type RedisClient, closeRedis, createSubscriber, whenReady } from '@trilith/redis';
import { v7 as uuidv7 } from 'uuid';

import { MessagingClosedError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { MessagingConnections } from './messaging-connections.js';
import { type Reply, readReplies } from './reply.js';
import { SlotTable } from './slot-table.js';
import { StreamKeys } from './stream-keys.js';

/** What hears the replies to one request. */
export interface ReplyListener {
  /** As {@link ReplyInbox.expect} gave it. */
  readonly id: string;
  onReply(reply: Reply): void;
  /** No reply will come any more. */
  fail(error: Error): void;
}

/** Where the replies to all requests of this process arrive: one channel, one connection. */
@Injectable()
export class ReplyInbox {
  /** The channel's name, which each request carries. */
  readonly channel: string;
  private readonly waiting = new SlotTable<ReplyListener>();
  private readonly idPrefix = `${uuidv7()}:`;
  private expected = 0;
  private subscriber: RedisClient | undefined;
  private subscribed = Promise.withResolvers<void>();
  private isOpen = false;

  constructor(
    options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
  ) {
    this.channel = new StreamKeys(options.prefix).replies(connections.instance);
  }

  get isReady(): boolean {
    return this.isOpen;
  }

  /** Resolves when replies can arrive. @throws {RedisUnavailableError} */
  async ready(): Promise<void> {
    this.subscriber ??= this.subscribe();
    if (this.isOpen) return;
    await this.connections.ready();
    await whenReady(this.subscriber, this.connections.commandTimeoutMs);
    await this.subscribed.promise;
  }

  /**
   * From now on, replies go to the listener; returns the id that its request must have. It is unique
   * without the cost of a random one for each request, and tells where the listener waits.
   */
  expect(listener: ReplyListener): string {
    this.expected += 1;
    return `${this.idPrefix}${this.waiting.add(listener)}:${this.expected}`;
  }

  /** Ends that. */
  forget(requestId: string): void {
    const slot = this.slotOf(requestId);
    if (this.waiting.get(slot)?.id === requestId) this.waiting.remove(slot);
  }

  /** Ends what still waits, with a {@link MessagingClosedError}. */
  async close(): Promise<void> {
    for (const listener of this.waiting.values()) listener.fail(new MessagingClosedError());
    if (this.subscriber) await closeRedis(this.subscriber);
  }

  private subscribe(): RedisClient {
    const subscriber = createSubscriber({
      ...this.connections.settings('replies'),
      channels: [this.channel],
      onMessage: (text) => this.receive(text),
      onSubscribed: () => {
        this.isOpen = true;
        this.subscribed.resolve();
      },
    });
    subscriber.on('close', () => {
      if (this.isOpen) this.subscribed = Promise.withResolvers();
      this.isOpen = false;
    });
    return subscriber;
  }

  /** A reply that nobody waits for any more, or nonsense, is dropped. */
  private receive(text: string): void {
    for (const reply of readReplies(text)) {
      const listener = this.waiting.get(this.slotOf(reply.id));
      if (listener?.id === reply.id) listener.onReply(reply);
    }
  }

  private slotOf(requestId: string): number {
    return Number.parseInt(requestId.slice(this.idPrefix.length), 10);
  }
}
