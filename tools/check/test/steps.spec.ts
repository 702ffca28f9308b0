import { describe, expect, it } from '@jest/globals';
import { WORKSPACE } from '../../stores/profile.ts';
import { runStep } from '../steps.ts';

const node = (code: string) => ({ title: 'a step', command: ['node', '-e', code] }) as const;

describe('a step of a check', () => {
  it('that holds says nothing', async () => {
    const outcome = await runStep(node("console.log('fine')"), WORKSPACE);
    expect(outcome).toMatchObject({ ok: true, output: '' });
  });

  it('that fails gives all that it said', async () => {
    const code = "console.log('to out'); console.error('to err'); process.exitCode = 2";
    const outcome = await runStep(node(code), WORKSPACE);
    expect(outcome.ok).toBe(false);
    expect(outcome.output).toContain('to out');
    expect(outcome.output).toContain('to err');
  });

  it('whose program is missing fails, and names it', async () => {
    const missing = { title: 'a step', command: ['no-such-program'] } as const;
    const outcome = await runStep(missing, WORKSPACE);
    expect(outcome.ok).toBe(false);
    expect(outcome.output).toContain('no-such-program');
  });
});
