import { describe, expect, it } from '@jest/globals';
import { type BenchCase, WrongResultError } from '../frame/benchmark.ts';
import { compare, roundsOf } from '../frame/comparison.ts';

/** Contestants that note what becomes of them. */
class Stage {
  readonly log: string[] = [];

  contestant(name: string, figures: () => number = () => 1) {
    return {
      name,
      start: async () => {
        this.log.push(`${name} starts`);
        return {
          round: async () => {
            this.log.push(name);
            return figures();
          },
          stop: async () => void this.log.push(`${name} stops`),
        };
      },
    };
  }

  case(ours: () => number, peer: () => number): BenchCase {
    return {
      title: 'a case',
      unit: 'things/s',
      better: 'higher',
      ours: this.contestant('ours', ours),
      peers: [{ ...this.contestant('peer', peer), differs: 'does less' }],
    };
  }
}

const options = () => ({ rounds: 3, signal: new AbortController().signal, onRound: () => {} });

function counter(): () => number {
  let count = 0;
  return () => (count += 1);
}

describe('a comparison', () => {
  it('should let all play in each round, with another one first each time', async () => {
    const stage = new Stage();
    await compare(
      stage.case(() => 1, counter()),
      options(),
    );
    const played = stage.log.filter((line) => !line.includes(' '));
    expect(played).toEqual(['ours', 'peer', 'peer', 'ours', 'ours', 'peer', 'peer', 'ours']);
  });

  it('should not count the first round, which warms up', async () => {
    const stage = new Stage();
    let rounds = 0;
    const benchCase = stage.case(counter(), counter());
    const measured = await compare(benchCase, { ...options(), onRound: () => (rounds += 1) });
    expect(measured).toEqual([
      { name: 'ours', figures: [2, 3, 4] },
      { name: 'peer', figures: [2, 3, 4] },
    ]);
    expect(rounds).toBe(roundsOf(benchCase, 3));
  });

  it('should measure nothing when a result is wrong, and stop everybody', async () => {
    const stage = new Stage();
    const wrong = () => {
      throw new WrongResultError('one is missing');
    };
    const compared = compare(
      stage.case(() => 1, wrong),
      options(),
    );
    await expect(compared).rejects.toThrow('peer: one is missing');
    expect(stage.log.slice(-2).toSorted()).toEqual(['ours stops', 'peer stops']);
  });

  it('should take nothing for a figure that is none', async () => {
    const stage = new Stage();
    const compared = compare(
      stage.case(
        () => NaN,
        () => 1,
      ),
      options(),
    );
    await expect(compared).rejects.toThrow('ours: NaN is no figure');
  });

  it('should end when it is interrupted', async () => {
    const stage = new Stage();
    const controller = new AbortController();
    const compared = compare(
      stage.case(
        () => 1,
        () => 1,
      ),
      {
        ...options(),
        signal: controller.signal,
        onRound: () => controller.abort(new Error('enough')),
      },
    );
    await expect(compared).rejects.toThrow('enough');
    expect(stage.log).toContain('ours stops');
  });
});
