import type { StructureOptions } from '../store/structure.options.js';

/** How a board is read: by what decays, or by the points of a span of time. */
export const boardSpans = ['trending', 'hour', 'day', 'week', 'all'] as const;
export type BoardSpan = (typeof boardSpans)[number];

export interface LeaderboardOptions<Act extends string> extends StructureOptions {
  /** Tells boards apart: `posts`. */
  readonly name: string;
  /** How many points each act earns: whole numbers above 0. */
  readonly weights: Readonly<Record<Act, number>>;
  /** After how long points count half in what is trending, in milliseconds. */
  readonly halfLifeMs: number;
  /** How many members each of its lists keeps: the best. Default 100,000. */
  readonly maxMembers?: number;
  /** Milliseconds without an act after which all of the board is forgotten. Default: never. */
  readonly idleMs?: number;
  /**
   * Half-lives after which scores are kept by another landmark. Default 4,096: a score then keeps 11
   * digits and more.
   */
  readonly landmarkHalfLives?: number;
}
