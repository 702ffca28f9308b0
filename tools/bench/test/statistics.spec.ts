import { describe, expect, it } from '@jest/globals';
import { percentile, spreadOf, timesBetter } from '../frame/statistics.ts';

describe('the figures of several rounds', () => {
  it('should come to their median and their range, in whatever order they were played', () => {
    expect(spreadOf([5, 1, 9])).toEqual({ median: 5, least: 1, most: 9 });
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
    expect(spreadOf([7])).toEqual({ median: 7, least: 7, most: 7 });
  });

  it('should have percentiles in proportion between two of them', () => {
    expect(percentile([0, 10], 25)).toBe(2.5);
    expect(percentile([0, 10, 20], 100)).toBe(20);
  });
});

describe('a ratio', () => {
  it('should say how many times better ours is, whichever way better is', () => {
    expect(timesBetter({ ours: 200, peer: 100 }, 'higher')).toBe(2);
    expect(timesBetter({ ours: 200, peer: 100 }, 'lower')).toBe(0.5);
  });
});
