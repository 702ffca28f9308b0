import type { Examination } from '../finding.ts';
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

async function examineBy(
  { name, title, examine: look }: Check,
  session: Session,
  limits: Limits,
): Promise<Examination> {
  try {
    return { check: name, title, findings: await look(session, limits) };
  } catch (error) {
    return { check: name, title, unknown: reasonOf(error), findings: [] };
  }
}
