import { bytes } from '../../figures.ts';
import type { Finding } from '../../finding.ts';
import { type Explained, nodesOf } from './plan.ts';
import { PLAN_RULES, type Surroundings } from './plan-rules.ts';

/** Spills that a node tells of itself. */
const SPILLS = new Set(['sort-on-disk', 'hash-on-disk']);

/** What a plan, and how it went, say in plain words. */
export function readPlan({ Plan: plan }: Explained, around: Surroundings): Finding[] {
  const findings = nodesOf(plan).flatMap((placed) =>
    PLAN_RULES.flatMap((rule) => rule(placed, around) ?? []),
  );
  const written = (plan['Temp Written Blocks'] ?? 0) * around.blockSize;
  const isTold = findings.some(({ facts }) => SPILLS.has(String(facts.rule)));
  return written > 0 && !isTold ? [...findings, otherSpill(written)] : findings;
}

/** Of a CTE, a window or a function's rows. */
function otherSpill(written: number): Finding {
  return {
    severity: 'warning',
    subject: 'temporary files',
    what: `${bytes(written)} of intermediate rows went to disk.`,
    next: 'Ask for fewer rows before they are kept (a CTE that is MATERIALIZED, a window, a cursor); or, for this statement alone, more work_mem.',
    facts: { rule: 'temporary-files', bytes: written },
  };
}
