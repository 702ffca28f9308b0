import { Logger } from '@nestjs/common';

import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import { type RequestMessage, readRequest } from '../message.js';
import type { MessagingConnections } from '../messaging-connections.js';
import type { ClaimedEntry } from '../scripts.js';
import type { StreamEntry } from '../stream-entry.js';
import { StreamKeys } from '../stream-keys.js';
import { ConsumerGroup } from './consumer-group.js';
import { InHand } from './in-hand.js';
import { Periodically } from './periodically.js';
import { ReplySender } from './reply-sender.js';
import { ServerClock } from './server-clock.js';
import { StreamReader, readBlockMs } from './stream-reader.js';

/** A request in hand. */
export interface ReceivedRequest {
  readonly message: RequestMessage;
  readonly entryId: string;
  readonly stream: string;
  /** Until the caller gives up, in milliseconds. */
  readonly remainingMs: number;
  /** Sends a message of the reply; resolves to how many heard it. */
  readonly reply: (text: string) => Promise<number>;
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
  private readonly held = new Set<string>();
  private readonly inHand: InHand;
  private readonly chores: readonly Periodically[];
  private reader: StreamReader | undefined;
  private stopping = false;

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
    private readonly answering: RequestAnswering,
  ) {
    const stream = new StreamKeys(options.prefix).requests(options.service);
    const identity = { stream, group: options.service, consumer: connections.instance };
    this.group = new ConsumerGroup(identity, connections);
    this.replies = new ReplySender(identity, connections);
    this.inHand = new InHand(options.concurrency);
    this.chores = this.makeChores();
  }

  async start(): Promise<void> {
    await this.adjustClock();
    await this.group.ensure();
    this.reader = new StreamReader({
      groups: [this.group],
      redis: this.connections.openBlocking('requests', {
        streams: [this.group.identity.stream],
        maxBlockMs: readBlockMs,
      }),
      room: async () => this.inHand.room(),
      onEntries: (_group, entries) => this.takeAll(entries),
      onRecovered: async () => this.takeUnseen(),
      logger: this.logger,
    });
    this.reader.start();
    for (const chore of this.chores) chore.start();
  }

  /** Stops reading and waits for the requests in hand, up to `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopping = true;
    this.inHand.close();
    await this.reader?.stop();
    await this.inHand.settled(timeoutMs);
    this.answering.giveUpAll(new Error('the process stops'));
    await Promise.all(this.chores.map(async (chore) => chore.stop()));
    this.replies.flush();
    await this.giveBack();
  }

  private takeAll(entries: readonly StreamEntry[]): void {
    for (const entry of entries) this.take(entry);
  }

  private take(entry: StreamEntry): void {
    if (this.held.has(entry.entryId)) return;
    this.held.add(entry.entryId);
    this.inHand.add(
      this.answer(entry).finally(() => {
        this.held.delete(entry.entryId);
        this.finish(entry);
      }),
    );
  }

  private async answer(entry: StreamEntry): Promise<void> {
    const request = this.read(entry);
    if (request === undefined) return;
    const remainingMs = request.expiresAtMs - this.clock.now();
    if (remainingMs <= 0) {
      this.options.observer.expired?.({ topic: request.topic });
      return;
    }
    await this.answering.answer({
      message: request,
      entryId: entry.entryId,
      stream: this.group.identity.stream,
      remainingMs,
      reply: async (text) => this.replies.reply(request.replyTo, text),
    });
  }

  private read(entry: StreamEntry): RequestMessage | undefined {
    try {
      return readRequest(entry);
    } catch (error) {
      this.logger.warn(`Entry ${entry.entryId} of ${this.group.identity.stream}: ${String(error)}`);
      return undefined;
    }
  }

  /** The entry goes; should that fail, it is dropped when it is found again. */
  private finish({ entryId }: StreamEntry): void {
    this.replies.done(entryId).catch((error: unknown) => {
      this.logger.debug?.(`Request ${entryId} is removed later: ${String(error)}`);
    });
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
    const count = this.stopping ? 0 : this.inHand.free;
    if (count > 0) this.takeClaimed(await this.group.claim({ idleMs, count }));
  }

  private async takeUnseen(): Promise<void> {
    const count = Math.max(1, this.inHand.free);
    this.takeClaimed(await this.group.claimUnseen([...this.held], count));
  }

  /** What a consumer gave back unbegun is answered; what one died over is not begun again. */
  private takeClaimed(claimed: readonly ClaimedEntry[]): void {
    for (const { entry, deliveries } of claimed) {
      if (deliveries === 1) this.take(entry);
      else if (!this.held.has(entry.entryId)) {
        this.options.observer.expired?.({ topic: entry.fields.get('topic') ?? '' });
        this.finish(entry);
      }
    }
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
