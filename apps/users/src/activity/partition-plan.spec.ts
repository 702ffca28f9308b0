import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { monthOf, startOf, suffixOf } from './month.js';
import {
  type PartitionState,
  type PartitionStep,
  planPartitions,
  toState,
} from './partition-plan.js';

const TABLE = 'events';
const policy = { aheadMonths: 3, retentionMonths: 12 };

function partition(month: number, state: Partial<PartitionState> = {}): PartitionState {
  const name = `${TABLE}_${suffixOf(month)}`;
  return {
    name,
    attached: true,
    detaching: false,
    from: startOf(month),
    to: startOf(month + 1),
    ...state,
  };
}

/** What the database would hold after a step. */
function after(states: readonly PartitionState[], step: PartitionStep): PartitionState[] {
  const others = states.filter(({ name }) => name !== step.name);
  if (step.kind === 'create') return [...others, partition(monthOf(step.from))];
  const found = states.find(({ name }) => name === step.name);
  if (step.kind === 'drop' || !found) return others;
  return [...others, { ...found, attached: false, detaching: false }];
}

/** Steps until none is left, looking again after each as the real one does. */
function converge(states: readonly PartitionState[], now: Date): PartitionState[] {
  const [step] = planPartitions(TABLE, states, now, policy);
  return step === undefined ? [...states] : converge(after(states, step), now);
}

describe('planPartitions', () => {
  it('makes the last month, the present one and those ahead of an empty table', () => {
    const steps = planPartitions(TABLE, [], new Date('2026-01-31T23:59:59.999Z'), policy);
    expect(steps.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'create events_2025_12',
      'create events_2026_01',
      'create events_2026_02',
      'create events_2026_03',
      'create events_2026_04',
    ]);
  });

  it('lets a month begin and end with UTC, whatever clocks do in spring and autumn', () => {
    const [step] = planPartitions(TABLE, [], new Date('2026-04-10T00:00:00Z'), policy);
    expect(step).toMatchObject({
      name: 'events_2026_03',
      from: new Date('2026-03-01T00:00:00Z'),
      to: new Date('2026-04-01T00:00:00Z'),
    });
  });

  it('has no gap, keeps what is to be kept and nothing else, from whatever was there', () => {
    const present = monthOf(new Date('2026-06-15T00:00:00Z'));
    const months = fc.uniqueArray(fc.integer({ min: present - 40, max: present + 6 }));
    const anyPartition = (month: number) =>
      fc
        .record({ attached: fc.boolean(), detaching: fc.boolean() })
        .map(({ attached, detaching }) =>
          // One that is detached and still to be kept is a conflict, which stops the real one.
          partition(month, {
            attached: attached || month >= present - 12,
            detaching: attached && detaching && month < present - 12,
          }),
        );
    const anyState = months.chain((each) => fc.tuple(...each.map(anyPartition)));
    fc.assert(
      fc.property(anyState, fc.integer({ min: 0, max: 30 }), (states, later) => {
        const now = startOf(present + later);
        const end = converge(states, now);
        const held = end.filter(({ attached }) => attached).map(({ from }) => monthOf(from));
        const oldest = Math.max(present + later - 12, Math.min(...held));
        for (let month = oldest; month <= present + later + 3; month += 1) {
          expect(held).toContain(month);
        }
        expect(Math.min(...held)).toBeGreaterThanOrEqual(present + later - 12);
        expect(end.every(({ attached, detaching }) => attached && !detaching)).toBe(true);
      }),
    );
  });

  it('reads bounds as PostgreSQL prints them', () => {
    const row = { name: 'x', attached: true, detaching: false };
    const month = "FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00')";
    expect(toState({ ...row, bounds: month })).toMatchObject({
      from: new Date('2026-01-01T00:00:00Z'),
      to: new Date('2026-02-01T00:00:00Z'),
    });
    const past = "FOR VALUES FROM (MINVALUE) TO ('2026-02-01 00:00:00+00')";
    expect(toState({ ...row, bounds: past }).from.getTime()).toBeLessThan(0);
  });

  it('takes one wide partition for all the months in it', () => {
    const wide = partition(0, {
      name: 'events_before',
      from: new Date(-8.64e15),
      to: startOf(monthOf(new Date('2026-05-01T00:00:00Z'))),
    });
    const steps = planPartitions(TABLE, [wide], new Date('2026-05-10T00:00:00Z'), {
      aheadMonths: 1,
      retentionMonths: 12,
    });
    expect(steps.map(({ name }) => name)).toEqual(['events_2026_05', 'events_2026_06']);
  });
});
