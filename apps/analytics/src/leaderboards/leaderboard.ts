import type { RedisClient } from '@trilith/redis';

import { inboxEntry } from '../inbox/inbox-entry.js';
import { KeySpace } from '../store/key-space.js';
import type { StructureOptions } from '../store/structure.options.js';
import {
  type TopRow,
  addPoints,
  describeMember,
  placeOfMember,
  pruneMembers,
  topMembers,
} from './leaderboard.scripts.js';

export interface LeaderboardOptions<Act extends string> extends StructureOptions {
  /** Tells boards apart: `posts`. */
  readonly name: string;
  /** How many points each act earns, above 0. */
  readonly weights: Readonly<Record<Act, number>>;
  /** How many members the board keeps: those with the most points. Default 100,000. */
  readonly maxMembers?: number;
}

/** An act that earns a member points. */
export interface Contribution<Act extends string> {
  member: string;
  act: Act;
  /** uuid; the same for each delivery of the event. */
  eventId: string;
}

/** A member's place. */
export interface RankedMember<Act extends string> {
  /** From 1. */
  rank: number;
  member: string;
  /** What `describe` said last; null while it has said nothing. */
  label: string | null;
  score: number;
  /** How often each act happened. */
  acts: Record<Act, number>;
}

const LABEL = 'label';
const PRUNED_AT_ONCE = 100;

/**
 * Members ranked by the points that acts earned them since the beginning. An event adds its points
 * once, however often it is delivered. Of members with equal points the one whose id sorts last
 * comes first: with ids that rise with time, the newest.
 *
 * On a full board members with the fewest points give way, and start from nothing when they return.
 */
export class Leaderboard<Act extends string> {
  private readonly acts: readonly Act[];
  private readonly keys: KeySpace;
  private readonly board: readonly [scores: string, details: string];

  constructor(
    private readonly redis: RedisClient,
    private readonly options: LeaderboardOptions<Act>,
  ) {
    this.acts = Object.keys(options.weights) as Act[];
    this.keys = new KeySpace(options.prefix, `board:${options.name}`);
    this.board = [this.keys.key('scores'), this.keys.key('details')];
  }

  /** Adds an act's points; tells whether the event was new. */
  async add({ member, act, eventId }: Contribution<Act>): Promise<boolean> {
    const { bucket, id } = inboxEntry(this.keys, eventId);
    const { inboxRetentionMs, weights } = this.options;
    const { added, members } = await addPoints(
      this.redis,
      [bucket, ...this.board],
      [id, inboxRetentionMs, member, act, weights[act]],
    );
    await this.prune(members);
    return added;
  }

  /** Says how a member is shown. It may come before or after the member's points. */
  async describe({ member, label }: { member: string; label: string }): Promise<void> {
    const members = await describeMember(this.redis, this.board, [member, label]);
    await this.prune(members);
  }

  /** The best `limit` of the members that have points, in one round trip. */
  async top(limit: number): Promise<RankedMember<Act>[]> {
    const rows = await topMembers(this.redis, this.board, [limit, LABEL, ...this.acts]);
    return rows.map((row, index) => this.ranked(row, index + 1));
  }

  /** A member's place, in one round trip; undefined while it has no points. */
  async place(member: string): Promise<RankedMember<Act> | undefined> {
    const row = await placeOfMember(this.redis, this.board, [member, LABEL, ...this.acts]);
    return row && this.ranked({ member, ...row }, row.rank);
  }

  /** A process that dies before this leaves the board a little longer, until the next act. */
  private async prune(members: number): Promise<void> {
    const { maxMembers = 100_000 } = this.options;
    if (members <= maxMembers) return;
    const fields = [LABEL, ...this.acts];
    await pruneMembers(this.redis, this.board, [maxMembers, PRUNED_AT_ONCE, ...fields]);
  }

  private ranked({ member, score, values }: TopRow, rank: number): RankedMember<Act> {
    const [label = null, ...counts] = values;
    return { rank, member, label, score, acts: this.countsOf(counts) };
  }

  private countsOf(counts: readonly (string | null)[]): Record<Act, number> {
    const entries = this.acts.map((act, index) => [act, Number(counts[index] ?? 0)] as const);
    return Object.fromEntries(entries) as Record<Act, number>;
  }
}
