import type { StreamEntry } from '../stream-entry.js';
import type { HandlerDeadline } from './handler-deadline.js';
import type { PartitionClaim, PartitionGroup } from './partition-group.js';

/** The partition that an entry is in, as its owner has it. */
export interface DeliverySource extends PartitionClaim {
  readonly group: PartitionGroup;
  readonly stream: string;
  /** Aborts when no further attempt should begin. */
  readonly closing: AbortSignal;
  /** The delivery is done with, one way or another. */
  drop(delivery: Delivery): void;
}

/** An entry in this member's hand. */
export class Delivery {
  /** The attempt under way, or the next. */
  attempt: number;
  /** Attempts that the server counts, and those that count. */
  private recorded: number;
  private begun: number;
  private reason: Error | undefined;
  private deadline: HandlerDeadline | undefined;

  /** @param attemptsBegun by earlier owners; undefined for an entry that is read for the first time. */
  constructor(
    readonly partition: DeliverySource,
    readonly entry: StreamEntry,
    attemptsBegun: number | undefined,
  ) {
    this.begun = attemptsBegun ?? 0;
    // Reading counts as one, in case that its reader dies.
    this.recorded = attemptsBegun ?? 1;
    this.attempt = this.begun + 1;
  }

  get entryId(): string {
    return this.entry.entryId;
  }

  /** Events of one key are handled one after the other. An entry without one waits for no other. */
  get key(): string {
    return this.entry.field('key') ?? this.entryId;
  }

  /** The partition was lost, or the process has stopped waiting for it. */
  get isGivenUp(): boolean {
    return this.reason !== undefined;
  }

  /** No further attempt should begin. */
  get isOver(): boolean {
    return this.isGivenUp || this.partition.closing.aborted;
  }

  /** The server knows of the attempt: it may begin. */
  get isRecorded(): boolean {
    return this.recorded >= this.attempt;
  }

  /** Resolves to whether the attempt may begin: the server knows of it. */
  async record(): Promise<boolean> {
    const { group } = this.partition;
    const isOurs = await group.recordAttempt(this.partition, this.entryId, this.attempt);
    if (isOurs) this.recorded = this.attempt;
    return isOurs;
  }

  /** An attempt reaches the handler, which has until this deadline. */
  begin(deadline: HandlerDeadline): void {
    this.begun = this.attempt;
    this.deadline = deadline;
    if (this.reason) deadline.end(this.reason);
  }

  /** The attempt failed, and another will be made. `counts`: not where an outage was to blame. */
  failed({ counts }: { counts: boolean }): void {
    if (counts) this.attempt += 1;
    else this.begun = this.attempt - 1;
  }

  /** The attempts that count, where the server counts others. */
  get correctedAttempts(): number | undefined {
    return this.recorded === this.begun ? undefined : this.begun;
  }

  giveUp(reason: Error): void {
    this.reason ??= reason;
    this.deadline?.end(reason);
  }
}
