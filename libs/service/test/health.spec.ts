import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HealthRegistry, Lifecycle, NotReadyError } from '../src/index.js';
import { runShelf, type RunningService } from './running-service.js';

let service: RunningService;
/** Replaced by tests: what the second check does. */
let check: (signal: AbortSignal) => Promise<void> = async () => undefined;
let runs = 0;

beforeAll(async () => {
  service = await runShelf();
  service.app.get(HealthRegistry).register('changing', (signal) => {
    runs += 1;
    return check(signal);
  });
});
afterAll(async () => {
  await service.app.close();
});

async function ready() {
  // Answers are shared for a moment: each test wants one of its own.
  await sleep(300);
  const response = await fetch(`${service.url}/health/ready`);
  return { status: response.status, body: await response.json() };
}

describe('readiness', () => {
  it('should give each check and how long it took', async () => {
    expect(await ready()).toEqual({
      status: 200,
      body: {
        status: 'ready',
        checks: {
          shelf: { status: 'up', responseTime: expect.any(Number) },
          changing: { status: 'up', responseTime: expect.any(Number) },
        },
      },
    });
  });

  it('should be lost while a check fails, name it without details, and come back', async () => {
    check = () =>
      Promise.reject(Object.assign(new Error('password=hunter2'), { code: 'ECONNREFUSED' }));
    const failing = await ready();
    check = async () => undefined;
    const working = await ready();

    expect(failing).toMatchObject({
      status: 503,
      body: {
        status: 'not_ready',
        checks: { changing: { status: 'down', message: 'ECONNREFUSED' }, shelf: { status: 'up' } },
      },
    });
    expect(JSON.stringify(failing)).not.toContain('hunter2');
    expect(working.status).toBe(200);
  });

  it('should give the reason that a check says anybody may read', async () => {
    check = () => Promise.reject(new NotReadyError('behind: misses 0003_likes'));
    const { body } = await ready();
    check = async () => undefined;
    expect(body).toMatchObject({
      checks: { changing: { status: 'down', message: 'behind: misses 0003_likes' } },
    });
  });

  it('should be lost when a check hangs, after its deadline and not later than the others', async () => {
    let aborted = false;
    check = (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
      });
    const { status, body } = await ready();
    check = async () => undefined;

    expect({ status, aborted }).toEqual({ status: 503, aborted: true });
    expect(body).toMatchObject({
      checks: { shelf: { status: 'up' }, changing: { status: 'down' } },
    });
  });

  it('should cost its stores one check, however many ask at the same time', async () => {
    await sleep(300);
    runs = 0;
    await Promise.all(Array.from({ length: 40 }, () => fetch(`${service.url}/health/ready`)));

    expect(runs).toBe(1);
  });

  it('should be logged when it changes, not each time that it is asked for', async () => {
    const before = service.log().length;
    check = () => Promise.reject(new Error('away'));
    await ready();
    await ready();
    check = async () => undefined;
    await ready();
    await ready();

    const lines = service.log().slice(before);
    expect(lines.map(({ msg }) => msg)).toEqual(['health check fails', 'health check works again']);
  });

  it('should refuse two checks of one name', () => {
    expect(() => service.app.get(HealthRegistry).register('shelf', async () => undefined)).toThrow(
      'There is a health check "shelf" already.',
    );
  });
});

describe('liveness', () => {
  it('should not depend on any check', async () => {
    check = () => Promise.reject(new Error('away'));
    const response = await fetch(`${service.url}/health/live`);
    check = async () => undefined;

    expect(response.status).toBe(200);
  });
});

describe('a service that is starting or stopping', () => {
  it('should not be ready', async () => {
    const lifecycle = service.app.get(Lifecycle);
    lifecycle.starting();
    const starting = await ready();
    lifecycle.running();
    const running = await ready();
    lifecycle.beginStop();
    const stopping = await ready();

    expect(starting).toMatchObject({ status: 503, body: { status: 'starting' } });
    expect(running.status).toBe(200);
    expect(stopping).toMatchObject({ status: 503, body: { status: 'stopping' } });
    expect(lifecycle.stopping.aborted).toBe(true);
  });
});
