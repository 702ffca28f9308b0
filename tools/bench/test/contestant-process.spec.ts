import { afterEach, describe, expect, it } from '@jest/globals';
import { ContestantProcess } from '../frame/contestant-process.ts';

const module = new URL('part.process.ts', import.meta.url);

describe('a part in a process of its own', () => {
  let part: ContestantProcess | undefined;
  afterEach(async () => part?.stop());

  it('should do what it is told, with what it was started with', async () => {
    part = await ContestantProcess.start(module, { greeting: 'hello' });
    expect(await part.call('greet', { name: 'Ada' })).toBe('hello, Ada');
  });

  it('should pass on what goes wrong in it', async () => {
    part = await ContestantProcess.start(module, { greeting: 'hello' });
    await expect(part.call('fail')).rejects.toThrow('no such luck');
  });

  it('should not be waited for when it died', async () => {
    part = await ContestantProcess.start(module, { greeting: 'hello' });
    await expect(part.call('die')).rejects.toThrow('its process ended by itself (exit status 3)');
  });

  it('should not start when its module refuses', async () => {
    await expect(ContestantProcess.start(module, {})).rejects.toThrow('it takes a greeting');
  });
});
