import { Logger } from '@nestjs/common';

import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import type { MessagingConnections } from '../messaging-connections.js';
import type { ClaimedEntry } from '../scripts.js';
import { type RequestMessage, readRequest } from '../request-message.js';
import { StreamKeys } from '../stream-keys.js';
import { ConsumerGroup } from './consumer-group.js';
import { Periodically } from './periodically.js';
import { ReplySender } from './reply-sender.js';
import { type RequestEntry, RequestReader, readBlockMs } from './request-reader.js';
import { RequestSlots } from './request-slots.js';
import { ServerClock } from './server-clock.js';

/** A request in hand. */
export interface ReceivedRequest {
  readonly message: RequestMessage;
  readonly entryId: string;
  readonly stream: string;
  /** Until the caller gives up, in milliseconds. */
  readonly remainingMs: number;
  /** Sends a message of the reply. */
  reply(text: string): void;
  /** Resolves to how many heard it: 0 when the caller is gone. */
  replyAndCount(text: string): Promise<number>;
}

/** What answers the requests that arrive. */
export interface RequestAnswering {
  /** Never rejects; resolves at the latest when `remainingMs` are over. */
  answer(request: ReceivedRequest): Promise<void>;
  /** Ends what is still being answered. */
  giveUpAll(reason: Error): void;
}

const clockEveryMs = 60_000;
const claimEveryMs = 1_000;

/**
 * Takes the requests that wait for this service: each goes to one replica, which begins it once or
 * not at all. A request whose caller has given up, or whose replica died over it, is dropped.
 */
export class RequestConsumer {
  private readonly logger = new Logger('Messaging');
  private readonly clock = new ServerClock();
  private readonly group: ConsumerGroup;
  private readonly replies: ReplySender;
  /** Begun here, and not yet gone from the stream. */
  private readonly held = new Set<string>();
  private readonly slots: RequestSlots;
  private readonly chores: readonly Periodically[];
  private reader: RequestReader | undefined;
  private stopping = false;

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
    private readonly answering: RequestAnswering,
  ) {
    const stream = new StreamKeys(options.prefix).requests(options.service);
    const identity = { stream, group: options.service, consumer: connections.instance };
    this.group = new ConsumerGroup(identity, connections);
    this.slots = new RequestSlots(options.concurrency);
    this.replies = new ReplySender(identity, connections, (entryIds) => {
      for (const entryId of entryIds) this.held.delete(entryId);
    });
    this.chores = this.makeChores();
  }

  async start(): Promise<void> {
    await this.adjustClock();
    await this.group.ensure();
    this.reader = new RequestReader({
      group: this.group,
      redis: this.connections.openBlocking('requests', {
        streams: [this.group.identity.stream],
        maxBlockMs: readBlockMs,
      }),
      replies: this.replies,
      slots: this.slots,
      onEntries: (entries) => this.takeAll(entries),
      onRecovered: async () => this.takeUnseen(),
      logger: this.logger,
    });
    this.reader.start();
    for (const chore of this.chores) chore.start();
  }

  /** Stops reading and waits for the requests in hand, up to `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping = true;
    this.slots.close();
    await this.reader?.stop();
    await this.slots.allFree(timeoutMs);
    this.answering.giveUpAll(new Error('the process stops'));
    await Promise.all(this.chores.map(async (chore) => chore.stop()));
    await this.replies.close();
    await this.giveBack();
  }

  private takeAll(entries: readonly RequestEntry[]): void {
    for (const [entryId, flat] of entries) this.take(entryId, flat);
  }

  private take(entryId: string, flat: readonly string[]): void {
    if (this.held.has(entryId)) return;
    this.held.add(entryId);
    this.slots.take();
    const finish = () => {
      this.slots.giveBack();
      this.replies.remove(entryId);
    };
    const message = this.read(entryId, flat);
    const remainingMs = message ? message.expiresAtMs - this.clock.now() : 0;
    if (message && remainingMs > 0)
      void this.answer(message, { entryId, remainingMs }).then(finish);
    else {
      if (message) this.options.observer.expired?.({ topic: message.topic });
      finish();
    }
  }

  private async answer(
    message: RequestMessage,
    { entryId, remainingMs }: { entryId: string; remainingMs: number },
  ): Promise<void> {
    const { replies } = this;
    const { stream } = this.group.identity;
    return this.answering.answer({
      message,
      entryId,
      stream,
      remainingMs,
      reply: (text) => replies.send(message.replyTo, text),
      replyAndCount: async (text) => {
        const sent = Promise.withResolvers<number>();
        replies.send(message.replyTo, text, sent);
        return sent.promise;
      },
    });
  }

  private read(entryId: string, flat: readonly string[]): RequestMessage | undefined {
    try {
      return readRequest(entryId, flat);
    } catch (error) {
      this.logger.warn(`Entry ${entryId} of ${this.group.identity.stream}: ${String(error)}`);
      return undefined;
    }
  }

  private makeChores(): Periodically[] {
    const { leaseMs, cleanUpEveryMs, forgetConsumersAfterMs } = this.options;
    const chore = (everyMs: number, work: () => Promise<void>) =>
      new Periodically(everyMs, work, this.logger);
    return [
      chore(clockEveryMs, async () => this.adjustClock()),
      chore(leaseMs / 3, async () => this.renew()),
      chore(claimEveryMs, async () => this.claimAbandoned()),
      chore(cleanUpEveryMs, async () => this.group.removeConsumersIdleFor(forgetConsumersAfterMs)),
    ];
  }

  private async adjustClock(): Promise<void> {
    await this.clock.adjust(this.connections.commands, this.group.identity.stream);
  }

  private async renew(): Promise<void> {
    await this.group.renew([...this.held].map((entryId) => ({ entryId, attempt: 1 })));
  }

  private async claimAbandoned(): Promise<void> {
    const idleMs = this.options.leaseMs;
    const count = this.stopping ? 0 : this.slots.free;
    if (count > 0) this.takeClaimed(await this.group.claim({ idleMs, count }));
  }

  private async takeUnseen(): Promise<void> {
    const count = Math.max(1, this.slots.free);
    this.takeClaimed(await this.group.claimUnseen([...this.held], count));
  }

  /** What a consumer gave back unbegun is answered; what one died over is not begun again. */
  private takeClaimed(claimed: readonly ClaimedEntry[]): void {
    for (const { entry, deliveries } of claimed) {
      const { entryId } = entry;
      const flat = entry.flat;
      if (deliveries === 1) this.take(entryId, flat);
      else if (!this.held.has(entryId)) this.drop(entryId, flat);
    }
  }

  private drop(entryId: string, flat: readonly string[]): void {
    this.held.add(entryId);
    this.options.observer.expired?.({ topic: this.read(entryId, flat)?.topic ?? '' });
    this.replies.remove(entryId);
  }

  private async giveBack(): Promise<void> {
    const begun = [...this.held].map((entryId) => ({ entryId, attempt: 1 }));
    try {
      await this.group.release(begun, this.options.leaseMs);
    } catch (error) {
      this.logger.warn(`Requests in hand are dropped after their lease: ${String(error)}`);
    }
  }
}
