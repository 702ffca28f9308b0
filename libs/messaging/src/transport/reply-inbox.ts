import { Injectable } from '@nestjs/common';
import { type RedisClient, closeRedis, createSubscriber, whenReady } from '@trilith/redis';

import { MessagingClosedError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { MessagingConnections } from './messaging-connections.js';
import { type Reply, readReplies } from './reply.js';
import { StreamKeys } from './stream-keys.js';

/** What hears the replies to one request. */
export interface ReplyListener {
  readonly onReply: (reply: Reply) => void;
  /** No reply will come any more. */
  readonly onEnd: (error: Error) => void;
}

/** Where the replies to all requests of this process arrive: one channel, one connection. */
@Injectable()
export class ReplyInbox {
  /** The channel's name, which each request carries. */
  readonly channel: string;
  private readonly waiting = new Map<string, ReplyListener>();
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

  /** From now on, replies to the request go to the listener; returns what ends that. */
  expect(requestId: string, listener: ReplyListener): () => void {
    this.waiting.set(requestId, listener);
    return () => this.waiting.delete(requestId);
  }

  /** Ends what still waits, with a {@link MessagingClosedError}. */
  async close(): Promise<void> {
    for (const listener of this.waiting.values()) listener.onEnd(new MessagingClosedError());
    this.waiting.clear();
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
    for (const reply of readReplies(text)) this.waiting.get(reply.id)?.onReply(reply);
  }
}
