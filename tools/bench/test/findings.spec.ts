import { describe, expect, it } from '@jest/globals';
import type { BenchCase } from '../frame/benchmark.ts';
import { caseRoundsOf, findingsOf } from '../frame/findings.ts';
import { caseRows } from '../frame/rows.ts';
import { chart } from '../report/chart.ts';
import { page } from '../report/page.ts';

const start = async () => Promise.reject(new Error('not started here'));
const benchCase: BenchCase = {
  title: 'ask & answer',
  unit: 'requests/s',
  better: 'higher',
  ours: { name: 'Trilith', start },
  peers: [
    { name: 'slow', target: 2, differs: 'does more', start },
    { name: 'quick', target: 0.6, differs: 'does less', start },
    { name: 'bare', differs: 'does nothing', start },
  ],
};
const measured = [
  { name: 'Trilith', figures: [100, 300, 200] },
  { name: 'slow', figures: [50, 100, 80] },
  { name: 'quick', figures: [500, 400, 600] },
  { name: 'bare', figures: [200, 200, 200] },
];
const findings = findingsOf('messaging', benchCase, measured);
const rounds = caseRoundsOf(benchCase, measured);

describe('findings', () => {
  it('should have the medians, their ratio and whether it reaches the target', () => {
    const common = { area: 'messaging', case: 'ask & answer', ours: 200 };
    const facts = { ...common, unit: 'requests/s', better: 'higher' };
    expect(findings).toEqual([
      { ...facts, peerName: 'slow', peer: 80, ratio: 2.5, target: 2, met: true },
      { ...facts, peerName: 'quick', peer: 500, ratio: 0.4, target: 0.6, met: false },
      { ...facts, peerName: 'bare', peer: 200, ratio: 1, target: null, met: null },
    ]);
  });

  it('should print a missed target as missed', () => {
    const verdicts = caseRows(rounds, findings).map((row) => row.slice(3).join(' '));
    expect(verdicts[1]).toContain('met');
    expect(verdicts[2]).toContain('0.40 × ≥ 0.60 ×');
    expect(verdicts[2]).toContain('missed');
    expect(verdicts[3]).toBe('1.00 ×  ');
  });
});

describe('the report', () => {
  const drawn = page([{ area: 'messaging', findings, rounds: [rounds] }], (area, index) => {
    return `images/${area}-${index}.svg`;
  });

  it('should say what was missed, and what peers do more or less', () => {
    expect(drawn).toContain('Targets: 1 met, **1** missed.');
    expect(drawn).toContain('| quick | 200 | 500 | 0.40 × | ≥ 0.60 × | **missed** |');
    expect(drawn).toContain('- **slow**: does more.');
    expect(drawn).toContain('![ask & answer](images/messaging-0.svg)');
  });

  it('should do without charts where only the findings are there', () => {
    const bare = page([{ area: 'messaging', findings, rounds: [] }], () => 'none.svg');
    expect(bare).toContain('| slow | 200 | 80 | 2.50 × | ≥ 2.00 × | met |');
    expect(bare).not.toContain('none.svg');
  });

  it('should draw each contestant with the range of its rounds', () => {
    const image = chart(rounds);
    expect(image).toContain('<title>ask &amp; answer</title>');
    for (const { name } of measured) expect(image).toContain(`>${name}</text>`);
    expect(image.match(/<rect /g)).toHaveLength(4);
  });
});
