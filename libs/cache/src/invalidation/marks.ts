import type { EntryFacts } from '../entry.js';

/** What the marks say of an entry; `unknown` when the marks of its tags must be asked for. */
export type Verdict = 'valid' | 'stale' | 'gone' | 'unknown';

/** The positions at which a tag was last deleted and made stale by; 0 for never. */
export interface TagMark {
  readonly hard: number;
  readonly soft: number;
}

/**
 * What this process knows of invalidations by tag and of everything: an entry is gone when one of
 * them is younger than the moment its load began, by the order of the log and not by any clock.
 */
export class Marks {
  /** The last record of the log that was applied. */
  position = 0;
  /** What was loaded before this is gone. */
  floor = 0;
  /** Rises with each change, so that an entry compared once need not be compared again. */
  changes = 0;
  /** Rises when something was forgotten: marks asked for before that may be too old to learn. */
  epoch = 0;
  /** Monotonic: until when memory may be trusted. */
  trustedUntil = 0;
  /** All marks from here on are known; an entry from before needs those of its tags fetched. */
  private knownFrom = Infinity;
  /** The last position that a write of this process was given. */
  private latest = 0;
  private readonly tags = new Map<string, TagMark>();

  constructor(private readonly maxKnownTags: number) {}

  /** Begins anew where the log is now. */
  restart(position: number, floor: number): void {
    this.position = position;
    this.floor = floor;
    this.knownFrom = position;
    this.tags.clear();
    this.epoch += 1;
    this.changes += 1;
  }

  /** A position was reached by a write of this process: what is loaded from now on is younger. */
  reached(position: number): void {
    if (position > this.latest) this.latest = position;
  }

  /** The highest position that this process knows of: a load that begins now is not older. */
  get loadPosition(): number {
    return Math.max(this.position, this.latest);
  }

  raiseFloor(position: number): void {
    if (position <= this.floor) return;
    this.floor = position;
    this.changes += 1;
  }

  bump(tag: string, kind: keyof TagMark, position: number): void {
    const { hard = 0, soft = 0 } = this.tags.get(tag) ?? {};
    this.remember(tag, {
      hard: kind === 'hard' ? Math.max(hard, position) : hard,
      soft: kind === 'soft' ? Math.max(soft, position) : soft,
    });
    this.changes += 1;
  }

  /** Marks as Redis has them. */
  learn(tag: string, { hard, soft }: TagMark): void {
    const known = this.tags.get(tag);
    this.remember(tag, {
      hard: Math.max(hard, known?.hard ?? 0),
      soft: Math.max(soft, known?.soft ?? 0),
    });
  }

  judge(entry: Pick<EntryFacts, 'position' | 'tags'>): Verdict {
    const { position, tags } = entry;
    if (this.floor > position) return 'gone';
    let verdict: Verdict = 'valid';
    for (const tag of tags) {
      const mark = this.tags.get(tag);
      if (mark === undefined) {
        if (position < this.knownFrom) return 'unknown';
      } else if (mark.hard > position) return 'gone';
      else if (mark.soft > position) verdict = 'stale';
    }
    return verdict;
  }

  private remember(tag: string, mark: TagMark): void {
    this.tags.delete(tag);
    this.tags.set(tag, mark);
    if (this.tags.size <= this.maxKnownTags) return;
    const [oldest] = this.tags;
    if (oldest === undefined) return;
    this.tags.delete(oldest[0]);
    // What it said of younger entries is no longer known: they count as from before.
    this.knownFrom = Math.max(this.knownFrom, oldest[1].hard, oldest[1].soft);
    this.epoch += 1;
    this.changes += 1;
  }
}

/** Judges by marks that were fetched for this entry alone. */
export function judgeBy(
  { position }: Pick<EntryFacts, 'position'>,
  floor: number,
  marks: readonly TagMark[],
): Exclude<Verdict, 'unknown'> {
  if (floor > position || marks.some(({ hard }) => hard > position)) return 'gone';
  return marks.some(({ soft }) => soft > position) ? 'stale' : 'valid';
}
