import { describe, expect, it } from '@jest/globals';
import { WORKSPACE } from '../../stores/profile.ts';
import { checkNpm, checkPython, isOlder } from '../requirements.mjs';

const oneLine = /^[^\n]+$/;

describe('what a machine must have', () => {
  it.each([
    ['9.8.1', '10', true],
    ['10.0.0', '10', false],
    ['24.8.0', '24.9', true],
    ['24.10.1', '24.9', false],
    ['25.0.0', '24.9', false],
    ['3.9.2', '3.11', true],
    ['11.0.0-pre.1', '11', false],
  ])('knows whether %s is older than %s', (version, minimum, older) => {
    expect(isOlder(version, minimum)).toBe(older);
  });

  it('names the npm that is too old, and the one to install', () => {
    expect(() => checkNpm(WORKSPACE, '9.8.1')).toThrow(/^npm 9\.8\.1 is too old: 10 or newer/);
    expect(() => checkNpm(WORKSPACE, '9.8.1')).toThrow(oneLine);
    expect(() => checkNpm(WORKSPACE, '11.4.2')).not.toThrow();
  });

  const without = { redisServer: false };
  const python = { version: '3.11.2', venv: true };

  it.each([
    ['is missing', undefined, /^python3 is missing: install Python 3\.11/],
    ['is too old', { ...python, version: '3.9.2' }, /^python3 is 3\.9\.2: install Python 3\.11/],
    ['has no venv', { ...python, venv: false }, /^python3 lacks its venv module/],
  ])('says in one line what to install when Python %s', (_case, facts, message) => {
    // undefined would mean: look at this machine.
    const found = { ...without, python: facts ?? (null as never) };
    expect(() => checkPython({}, found)).toThrow(message);
    expect(() => checkPython({}, found)).toThrow(oneLine);
  });

  it('needs no Python where a Redis is at hand', () => {
    const none = { python: null as never };
    expect(() => checkPython({ REDIS_URL: 'redis://db' }, { ...without, ...none })).not.toThrow();
    expect(() => checkPython({}, { redisServer: true, ...none })).not.toThrow();
  });
});
