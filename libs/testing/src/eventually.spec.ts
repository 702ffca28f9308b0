import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('tries until the assertion passes and gives back its value', async () => {
    let tries = 0;
    const value = await eventually(
      () => {
        tries += 1;
        if (tries < 4) throw new Error('not yet');
        return `passed at try ${tries}`;
      },
      { intervalMs: 1 },
    );
    expect(value).toBe('passed at try 4');
  });

  it('throws the last failure when time is up', async () => {
    let tries = 0;
    const failing = eventually(
      () => {
        tries += 1;
        throw new Error(`try ${tries}`);
      },
      { timeoutMs: 30, intervalMs: 1 },
    );
    await expect(failing).rejects.toThrow(/^try \d+$/);
    expect(tries).toBeGreaterThan(1);
  });

  it('does not hang with an assertion that hangs', async () => {
    const hanging = eventually(async () => new Promise<never>(() => undefined), { timeoutMs: 20 });
    await expect(hanging).rejects.toThrow('neither passed nor failed');
  });
});
