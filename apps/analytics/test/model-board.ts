import { setOf, windowsAt } from '../src/leaderboards/board-windows.js';
import type { Contribution, MemberLabel, RankedMember } from '../src/leaderboards/leaderboard.js';
import type { BoardSpan } from '../src/leaderboards/leaderboard.options.js';

interface ModelAct<Act extends string> {
  readonly act: Act;
  readonly at: number;
}

interface ModelOptions<Act extends string> {
  readonly weights: Readonly<Record<Act, number>>;
  readonly halfLifeMs: number;
  readonly maxMembers: number;
}

/** The acts of each member of one list. */
type ModelList<Act extends string> = Map<string, ModelAct<Act>[]>;

/** The plainest board that could be right: every act in memory, added up and sorted anew each time. */
export class ModelBoard<Act extends string> {
  private readonly seen = new Set<string>();
  private readonly lists = new Map<string, ModelList<Act>>();
  private readonly counts = new Map<string, Map<Act, number>>();
  private readonly labels = new Map<string, string>();

  constructor(private readonly options: ModelOptions<Act>) {}

  add({ members, act, at, eventId }: Contribution<Act>): boolean {
    if (this.seen.has(eventId)) return false;
    this.seen.add(eventId);
    const windows = windowsAt(at.getTime()).map(({ name }) => name);
    for (const member of members) {
      for (const list of ['trending', 'all', ...windows]) {
        const acts = this.list(list).get(member) ?? [];
        this.list(list).set(member, [...acts, { act, at: at.getTime() }]);
      }
      const counts = this.counts.get(member) ?? new Map<Act, number>();
      this.counts.set(member, counts.set(act, (counts.get(act) ?? 0) + 1));
    }
    this.dropLast();
    return true;
  }

  describe({ member, label }: MemberLabel): void {
    this.list('all').set(member, this.list('all').get(member) ?? []);
    this.labels.set(member, label);
    this.dropLast();
  }

  remove(member: string): void {
    for (const list of this.lists.values()) list.delete(member);
    this.forget(member);
  }

  /** Of `trending`, what is left at `now`. */
  top(span: BoardSpan, limit: number, now = Date.now()): RankedMember<Act>[] {
    const name = setOf(span, now);
    return this.ranked(name, now)
      .filter((member) => this.scoreOf(name, member, now) > 0)
      .slice(0, limit)
      .map((member, index) => ({
        rank: index + 1,
        member,
        label: this.labels.get(member) ?? null,
        score: this.scoreOf(name, member, now),
        acts: this.countsOf(member),
      }));
  }

  private list(name: string): ModelList<Act> {
    const list = this.lists.get(name) ?? new Map<string, ModelAct<Act>[]>();
    this.lists.set(name, list);
    return list;
  }

  private ranked(name: string, now: number): string[] {
    const first = (member: string) =>
      name === 'trending'
        ? 0
        : Math.min(...(this.list(name).get(member) ?? []).map(({ at }) => at));
    return [...this.list(name).keys()].toSorted(
      (a, b) =>
        this.scoreOf(name, b, now) - this.scoreOf(name, a, now) ||
        first(a) - first(b) ||
        (a < b ? -1 : 1),
    );
  }

  private scoreOf(name: string, member: string, now: number): number {
    const { weights, halfLifeMs } = this.options;
    return (this.list(name).get(member) ?? []).reduce((sum, { act, at }) => {
      const left = name === 'trending' ? 2 ** ((at - now) / halfLifeMs) : 1;
      return sum + weights[act] * left;
    }, 0);
  }

  private countsOf(member: string): Record<Act, number> {
    const acts = Object.keys(this.options.weights) as Act[];
    const counts = acts.map((act) => [act, this.counts.get(member)?.get(act) ?? 0] as const);
    return Object.fromEntries(counts) as Record<Act, number>;
  }

  private dropLast(): void {
    for (const [name, list] of this.lists) {
      for (const last of this.ranked(name, Date.now()).slice(this.options.maxMembers)) {
        list.delete(last);
        if (!this.list('all').has(last) && !this.list('trending').has(last)) this.forget(last);
      }
    }
  }

  private forget(member: string): void {
    this.counts.delete(member);
    this.labels.delete(member);
  }
}
