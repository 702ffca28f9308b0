import type { Contribution, RankedMember } from '../src/leaderboards/leaderboard.js';

/** The plainest board that could be right: everything in memory, sorted anew each time. */
export class ModelBoard<Act extends string> {
  private readonly seen = new Set<string>();
  private readonly members = new Map<string, Map<Act, number>>();
  private readonly labels = new Map<string, string>();

  constructor(
    private readonly weights: Readonly<Record<Act, number>>,
    private readonly maxMembers: number,
  ) {}

  add({ member, act, eventId }: Contribution<Act>): boolean {
    if (this.seen.has(eventId)) return false;
    this.seen.add(eventId);
    const counts = this.members.get(member) ?? new Map<Act, number>();
    this.members.set(member, counts.set(act, (counts.get(act) ?? 0) + 1));
    this.dropLowest();
    return true;
  }

  describe({ member, label }: { member: string; label: string }): void {
    this.members.set(member, this.members.get(member) ?? new Map());
    this.labels.set(member, label);
    this.dropLowest();
  }

  top(limit: number): RankedMember<Act>[] {
    return this.ranked()
      .filter((member) => this.score(member) > 0)
      .slice(0, limit)
      .map((member, index) => ({
        rank: index + 1,
        member,
        label: this.labels.get(member) ?? null,
        score: this.score(member),
        acts: this.countsOf(member),
      }));
  }

  private ranked(): string[] {
    return [...this.members.keys()].toSorted(
      (a, b) => this.score(b) - this.score(a) || (a < b ? 1 : -1),
    );
  }

  private score(member: string): number {
    const counts = [...(this.members.get(member) ?? new Map<Act, number>())];
    return counts.reduce((sum, [act, count]) => sum + count * this.weights[act], 0);
  }

  private countsOf(member: string): Record<Act, number> {
    const acts = Object.keys(this.weights) as Act[];
    const counts = acts.map((act) => [act, this.members.get(member)?.get(act) ?? 0] as const);
    return Object.fromEntries(counts) as Record<Act, number>;
  }

  private dropLowest(): void {
    for (const lowest of this.ranked().slice(this.maxMembers)) {
      this.members.delete(lowest);
      this.labels.delete(lowest);
    }
  }
}
