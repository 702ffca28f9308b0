import { type Month, monthOf, monthOfName, startOf, suffixOf } from './month.js';

/** A table that is a partition, or is named like one. */
export interface PartitionState {
  readonly name: string;
  readonly attached: boolean;
  /** Whether DETACH … CONCURRENTLY was begun and did not end. */
  readonly detaching: boolean;
  /** The moments that it holds: from this one on … */
  readonly from: Date;
  /** … to before this one. Both are those of the name if it is not attached. */
  readonly to: Date;
}

/** How many months there are. */
export interface PartitionPolicy {
  /** Months made ahead of the present one. */
  readonly aheadMonths: number;
  /** Whole months kept before the present one; those before go, with their rows. */
  readonly retentionMonths: number;
}

/** One change that brings the partitions closer to what they should be. */
export type PartitionStep =
  | { readonly kind: 'create'; readonly name: string; readonly from: Date; readonly to: Date }
  /** Ends a DETACH … CONCURRENTLY that was cut off; until then no other can begin. */
  | { readonly kind: 'finalize'; readonly name: string }
  | { readonly kind: 'detach'; readonly name: string }
  | { readonly kind: 'drop'; readonly name: string };

/** What is to be done, in order; empty when all is as it should be. */
export function planPartitions(
  table: string,
  states: readonly PartitionState[],
  now: Date,
  policy: PartitionPolicy,
): PartitionStep[] {
  const keptFrom = startOf(monthOf(now) - policy.retentionMonths);
  const isOld = ({ to }: PartitionState) => to <= keptFrom;
  const attached = states.filter((state) => state.attached && !state.detaching);
  return [
    ...states.filter(({ detaching }) => detaching).map(stepFor('finalize')),
    // Before anything is retired: that may have to wait, and a missing month refuses rows.
    ...missingMonths(attached, now, policy).map((month) => creation(table, month)),
    // First what a run that was cut off has detached already.
    ...states.filter((state) => !state.attached && isOld(state)).map(stepFor('drop')),
    ...attached.filter(isOld).map(stepFor('detach')),
  ];
}

/**
 * Months without a partition: the last one, for events that come late, the present one, those ahead,
 * and any gap between these and the oldest that is kept.
 */
function missingMonths(
  attached: readonly PartitionState[],
  now: Date,
  { aheadMonths, retentionMonths }: PartitionPolicy,
): Month[] {
  const present = monthOf(now);
  const oldest = Math.min(present - 1, ...attached.map(({ from }) => monthOf(from)));
  const first = Math.max(oldest, present - retentionMonths);
  const months = Array.from(
    { length: present + aheadMonths - first + 1 },
    (_, index) => first + index,
  );
  return months.filter(
    (month) => !attached.some(({ from, to }) => from <= startOf(month) && to >= startOf(month + 1)),
  );
}

function creation(table: string, month: Month): PartitionStep {
  const [from, to] = [startOf(month), startOf(month + 1)];
  return { kind: 'create', name: `${table}_${suffixOf(month)}`, from, to };
}

function stepFor<Kind extends 'finalize' | 'detach' | 'drop'>(kind: Kind) {
  return ({ name }: PartitionState) => ({ kind, name });
}

/** A row of list-partitions.sql as a state. */
export function toState(row: {
  name: string;
  attached: boolean;
  detaching: boolean;
  bounds: string | null;
}): PartitionState {
  const { name, attached, detaching, bounds } = row;
  const [, from, to] = /^FOR VALUES FROM \((.+)\) TO \((.+)\)$/.exec(bounds ?? '') ?? [];
  if (from !== undefined && to !== undefined) {
    return { name, attached, detaching, from: moment(from), to: moment(to) };
  }
  const month = monthOfName(name) ?? 0;
  return { name, attached, detaching, from: startOf(month), to: startOf(month + 1) };
}

/** `'2026-01-01 00:00:00+00'`; the ends of time are MINVALUE and MAXVALUE. */
function moment(bound: string): Date {
  if (bound === 'MINVALUE') return new Date(-8.64e15);
  if (bound === 'MAXVALUE') return new Date(8.64e15);
  return new Date(bound.replaceAll("'", '').replace(' ', 'T').replace(/\+00$/, 'Z'));
}
