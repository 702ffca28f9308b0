import { describe, expect, it } from '@jest/globals';
import { type AreaResults, page } from '../report/page.ts';

const NO_CHARTS = () => '';

function results(area: string, ours: number): AreaResults {
  const facts = { unit: 'ms', better: 'lower', target: 1, met: true } as const;
  const finding = { area, case: 'a case', ours, peer: 20, peerName: 'another', ratio: 20 / ours };
  return { area, findings: [{ ...finding, ...facts }], rounds: [] };
}

describe('the page of benchmarks', () => {
  it('has a section for each area, by name', () => {
    const text = page([results('migrations', 10), results('messaging', 10)], NO_CHARTS);
    expect(text.match(/^## .+$/gm)).toEqual(['## messaging', '## migrations']);
  });

  it('keeps what it said of areas that were not measured here', () => {
    const before = page([results('messaging', 8), results('migrations', 10)], NO_CHARTS);
    const after = page([results('migrations', 5)], NO_CHARTS, before);
    expect(after).toContain('| another | 8 | 20 | 2.50 × |');
    expect(after).toContain('| another | 5 | 20 | 4.00 × |');
    expect(after).not.toContain('| another | 10 |');
    expect(page([results('migrations', 5)], NO_CHARTS, after)).toBe(after);
  });
});
