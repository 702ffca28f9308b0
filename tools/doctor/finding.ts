/** How bad a finding is: it hurts now, it will hurt or costs much, or it is good to know. */
export type Severity = 'critical' | 'warning' | 'notice';

/** One thing that was found: what it is, how bad, and what to do next. */
export interface Finding {
  readonly severity: Severity;
  /** A table, an index, a process, a statement. */
  readonly subject: string;
  readonly what: string;
  readonly next: string;
  /** The figures behind it, for programs. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

/** What came of one check. */
export interface Examination {
  readonly check: string;
  readonly title: string;
  /** Why it could not look; undefined when it did. */
  readonly unknown?: string;
  readonly findings: readonly Finding[];
}

const ORDER: readonly Severity[] = ['critical', 'warning', 'notice'];

/** The worst first; of those that are as bad, in the order given. */
export function bySeverity(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** Whether somebody should do something: a notice alone is no reason. */
export function needsHands(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity !== 'notice');
}
