import type { RedisClient } from '@trilith/redis';

import { inboxEntry } from '../inbox/inbox-entry.js';
import { KeySpace } from '../store/key-space.js';
import { setOf, windowsAt, windowsKeptAt } from './board-windows.js';
import type { BoardSpan, LeaderboardOptions } from './leaderboard.options.js';
import {
  type BoardRow,
  addPoints,
  describeMember,
  readBoard,
  removeMember,
} from './leaderboard.scripts.js';

/** An act that earns members points. */
export interface Contribution<Act extends string> {
  /** Mostly one; several where an act counts for each of them, such as the tags of a post. */
  readonly members: readonly string[];
  readonly act: Act;
  /** When it happened: its points have decayed since, and count in the windows of that moment. */
  readonly at: Date;
  /** uuid; the same for each delivery of the event. */
  readonly eventId: string;
}

/** How a member is shown. */
export interface MemberLabel {
  readonly member: string;
  readonly label: string;
  /** Rises with each change. Default 0: the last that is said counts. */
  readonly version?: number;
}

/** A member's place. */
export interface RankedMember<Act extends string> {
  /** From 1. */
  readonly rank: number;
  readonly member: string;
  /** What `describe` said last; null while it has said nothing. */
  readonly label: string | null;
  /** Points; of what is trending, those that have not decayed by now. */
  readonly score: number;
  /** How often each act happened since the member came onto the board. */
  readonly acts: Readonly<Record<Act, number>>;
}

/** A part of a board, from a place on. */
export interface BoardPage {
  readonly offset: number;
  readonly limit: number;
}

const LABEL = 'label';
const VERSION = 'version';
const MOST_MEMBERS = 100_000;
const LANDMARK_HALF_LIVES = 4_096;

/**
 * Members ranked by what acts earned them: with exponential decay, in this hour, day and week, and
 * since the beginning. An event adds its points once, however often it is delivered. Of members with
 * equal points the one that came first is ahead; where they came together, or what decays is equal,
 * the one whose id sorts first.
 *
 * Each list has its best `maxMembers`: the others give way, and start from nothing when they return.
 */
export class Leaderboard<Act extends string> {
  private readonly acts: readonly Act[];
  private readonly fields: readonly string[];
  private readonly keys: KeySpace;

  constructor(
    private readonly redis: RedisClient,
    private readonly options: LeaderboardOptions<Act>,
  ) {
    this.acts = Object.keys(options.weights) as Act[];
    this.fields = [LABEL, ...this.acts];
    this.keys = new KeySpace(options.prefix, `board:${options.name}`);
    for (const points of Object.values<number>(options.weights)) {
      if (!Number.isInteger(points) || points < 1) {
        throw new TypeError(`points of a board are whole numbers above 0; got ${points}`);
      }
    }
  }

  /** Adds an act's points; tells whether the event was new. */
  async add({ members, act, at, eventId }: Contribution<Act>): Promise<boolean> {
    const { minute: inbox, id } = inboxEntry(this.keys, eventId);
    const { halfLifeMs, landmarkHalfLives = LANDMARK_HALF_LIVES } = this.options;
    const what = {
      ...this.bounds(),
      inbox,
      retentionMs: this.options.inboxRetentionMs,
      act,
      points: this.options.weights[act],
      at: at.getTime(),
      halfLifeMs,
      landmarkMs: landmarkHalfLives * halfLifeMs,
      members,
      windows: windowsAt(at.getTime()),
    };
    return addPoints(this.redis, [this.keys.key()], [JSON.stringify(what), id]);
  }

  /**
   * Says how a member is shown. It may come before or after the member's points; what has a lower
   * version than what was said before changes nothing.
   */
  async describe({ member, label, version = 0 }: MemberLabel): Promise<void> {
    const what = { ...this.bounds(), member, field: LABEL, says: label, version };
    await describeMember(this.redis, [this.keys.key()], [JSON.stringify(what)]);
  }

  /** The best members of a span, from a place on, in one round trip. */
  async top(span: BoardSpan, { offset, limit }: BoardPage): Promise<RankedMember<Act>[]> {
    return this.read(span, { offset, limit });
  }

  /**
   * A member's place among those around it, up to `reach` on either side, in one round trip; nothing
   * while it has no points in the span.
   */
  async around(span: BoardSpan, member: string, reach = 0): Promise<RankedMember<Act>[]> {
    return this.read(span, { member, reach });
  }

  /** Takes a member off for good: what is still on its way adds nothing to it. */
  async remove(member: string): Promise<void> {
    const windows = windowsKeptAt(Date.now()).map(({ name }) => name);
    const { inboxRetentionMs: keptMs } = this.options;
    const what = { ...this.bounds(), member, keptMs, windows };
    await removeMember(this.redis, [this.keys.key()], [JSON.stringify(what)]);
  }

  private bounds() {
    const { maxMembers = MOST_MEMBERS, idleMs } = this.options;
    const fields = [...this.fields, VERSION];
    return { maxMembers, idleMs, isLasting: idleMs === undefined, fields };
  }

  private async read(span: BoardSpan, which: object): Promise<RankedMember<Act>[]> {
    const set = setOf(span, Date.now());
    const { halfLifeMs } = this.options;
    const what = { set, halfLifeMs, fields: this.fields, ...which };
    const rows = await readBoard(this.redis, [this.keys.key()], [JSON.stringify(what)]);
    return rows.map((row) => this.ranked(row));
  }

  private ranked({ place: rank, member, score, values }: BoardRow): RankedMember<Act> {
    const [label = null, ...counts] = values;
    const acts = this.acts.map((act, index) => [act, Number(counts[index] ?? 0)] as const);
    return { rank, member, label, score, acts: Object.fromEntries(acts) as Record<Act, number> };
  }
}
