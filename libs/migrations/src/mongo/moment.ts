/** A moment by both clocks: one may be set, and the other stands still while a virtual machine sleeps. */
export type Moment = readonly [monotonic: number, wall: number];

/** This moment. */
export function now(): Moment {
  return [performance.now(), Date.now()];
}

/** The larger of what the clocks say, in ms. */
export function elapsedSince(earlier: Moment, later: Moment = now()): number {
  return Math.max(later[0] - earlier[0], later[1] - earlier[1]);
}
