import { type ScriptArgument, runningNow } from '@trilith/redis';

import { FencedError, StreamFullError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import { type AppendOutcome, appendEvents } from './event-scripts.js';
import { layoutError, rememberPublisher } from './layout.js';
import type { MessagingConnections } from './messaging-connections.js';
import { StreamKeys } from './stream-keys.js';

/** Events that are appended all or none. */
export interface EventBatch {
  readonly count: number;
  /** Of each event the values that the script takes. */
  readonly values: readonly ScriptArgument[];
  /** A fencing token; empty for none. */
  readonly token: string;
}

interface WaitingBatch extends EventBatch, PromiseWithResolvers<void> {}

/**
 * So many events leave before the turn is over: the server appends them while the rest is gathered.
 * With all in one command, publisher and server would wait for each other in turn.
 */
const mostTogether = 32;

/** Appends the batches of one turn of the event loop to this service's streams, in few commands. */
export class EventAppender {
  private readonly base: readonly [string];
  private gathered: WaitingBatch[] = [];
  private gatheredCount = 0;
  private readonly flush = () => this.send();

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
  ) {
    this.base = [new StreamKeys(options.prefix).events(options.service)];
  }

  /**
   * Batches are appended in the order of the calls, but for one that is refused and tried again.
   *
   * @throws as `EventPublisher.publish` does.
   */
  append(batch: EventBatch): Promise<void> {
    // Of one command all have one token.
    if (this.gathered[0] && this.gathered[0].token !== batch.token) this.send();
    const waiting = { ...batch, ...Promise.withResolvers<void>() };
    if (this.gathered.push(waiting) === 1) process.nextTick(this.flush);
    this.gatheredCount += batch.count;
    if (this.gatheredCount >= mostTogether) this.send();
    return waiting.promise;
  }

  private send(): void {
    const { gathered } = this;
    this.gathered = [];
    this.gatheredCount = 0;
    if (gathered.length > 0) void this.appendTogether(gathered);
  }

  /** Never rejects: each batch is told what became of it. */
  private async appendTogether(batches: readonly WaitingBatch[]): Promise<void> {
    try {
      const outcome = await this.run(batches);
      if (outcome.kind === 'appended') {
        if (outcome.isNewLayout) await rememberPublisher(this.connections.commands, this.options);
        for (const { resolve } of batches) resolve();
      } else if (outcome.kind === 'full' && batches.length > 1) {
        // Nothing of them is there. Some may still find room, each by itself.
        for (const batch of batches) void this.appendTogether([batch]);
      } else {
        for (const { count, reject } of batches) reject(this.refusal(outcome, count));
      }
    } catch (error) {
      for (const { reject } of batches) reject(error);
    }
  }

  private run(batches: readonly WaitingBatch[]): Promise<AppendOutcome> {
    const { partitions, maxEntries } = this.options;
    const [{ token } = { token: '' }] = batches;
    const args: ScriptArgument[] = [
      partitions,
      Math.ceil(maxEntries / partitions),
      maxEntries,
      token,
    ];
    for (const { values } of batches) for (const value of values) args.push(value);
    return appendEvents(runningNow(this.connections.commands), this.base, args);
  }

  private refusal(outcome: Exclude<AppendOutcome, { kind: 'appended' }>, count: number): Error {
    const { service: publisher, observer } = this.options;
    if (outcome.kind === 'layout') return layoutError(this.options, outcome.partitions);
    if (outcome.kind === 'fenced') return new FencedError(publisher, outcome.highest);
    observer.refused?.({ publisher, count });
    return new StreamFullError(outcome);
  }
}
