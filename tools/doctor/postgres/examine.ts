import { bySeverity, type Examination, type Finding } from '../finding.ts';
import type { Check } from './check.ts';
import type { Limits } from './limits.ts';
import { reasonOf, type Session } from './session.ts';

/** Runs checks one after the other; one that cannot look keeps no other from it. */
export async function examine(
  session: Session,
  checks: readonly Check[],
  { limits, signal, onCheck }: ExamineOptions,
): Promise<Examination[]> {
  const examinations: Examination[] = [];
  for (const check of checks) {
    signal?.throwIfAborted();
    examinations.push(await examineBy(check, session, limits));
    onCheck?.(check);
  }
  return examinations;
}

export interface ExamineOptions {
  readonly limits: Limits;
  readonly signal?: AbortSignal;
  /** Told after each. */
  readonly onCheck?: (check: Check) => void;
}

/** Of one check: who has a thousand of them needs no list. */
const MOST_TOLD = 50;

async function examineBy(
  { name, title, examine: look }: Check,
  session: Session,
  limits: Limits,
): Promise<Examination> {
  try {
    return { check: name, title, findings: bounded(await look(session, limits)) };
  } catch (error) {
    return { check: name, title, unknown: reasonOf(error), findings: [] };
  }
}

function bounded(findings: readonly Finding[]): Finding[] {
  const told = bySeverity(findings).slice(0, MOST_TOLD);
  const more = findings.length - told.length;
  if (more === 0) return told;
  return [
    ...told,
    {
      severity: 'notice',
      subject: `${more} more`,
      what: `There are ${more} more of this kind, none worse than these.`,
      next: 'Look again when these are done.',
      facts: { more },
    },
  ];
}
