import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { ShelfProcess } from './shelf-process.js';

/** Asks for something that takes a while, and waits until the service is at it. */
async function inFlight(service: ShelfProcess, ms: number) {
  const url = await service.url();
  const answer = fetch(`${url}/v1/books/slow?ms=${ms}`).then(
    async (response) => ({
      status: response.status,
      connection: response.headers.get('connection'),
      body: await response.json(),
    }),
    () => 'cut off' as const,
  );
  await service.logged('slow one begins');
  return { url, answer };
}

describe('a stop by SIGTERM', () => {
  it('should answer what is at work, take nothing new, then close stores, and exit 0', async () => {
    await using service = new ShelfProcess();
    const { url, answer } = await inFlight(service, 2_000);
    service.signal('SIGTERM');
    await service.logged('transport closed');

    await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed');
    expect(await answer).toEqual({ status: 200, connection: 'close', body: { waited: 2_000 } });
    expect(await service.exited()).toBe(0);
    const said = service.log().map(({ msg }) => msg);
    expect(said.slice(said.indexOf('stopping'))).toEqual([
      'stopping',
      'transport closed',
      'request',
      'shelf destroyed',
      'shelf closed',
      'stopped',
    ]);
  });

  it('should go on serving while not ready for as long as it was told', async () => {
    await using service = new ShelfProcess({ SHUTDOWN_DELAY: '2s' });
    const url = await service.url();
    service.signal('SIGTERM');
    await service.logged('stopping');
    const ready = await fetch(`${url}/health/ready`);
    const book = await fetch(`${url}/v1/books`);

    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'stopping' });
    expect(book.status).toBe(200);
    expect(await service.exited()).toBe(0);
  });

  it('should not wait for connections that are only kept open', async () => {
    await using service = new ShelfProcess({ SHUTDOWN_TIMEOUT: '60s' });
    const agent = new Agent({ keepAlive: true });
    const request = get(`${await service.url()}/v1/books`, { agent });
    const [response] = await once(request, 'response');
    response.resume();
    await once(response, 'end');
    service.signal('SIGTERM');

    expect(await service.exited()).toBe(0);
    agent.destroy();
  });

  it('should cut off what outlasts its time, and close the stores all the same', async () => {
    await using service = new ShelfProcess({ SHUTDOWN_TIMEOUT: '1s' });
    const { answer } = await inFlight(service, 120_000);
    service.signal('SIGTERM');

    expect(await answer).toBe('cut off');
    expect(await service.exited()).toBe(0);
    expect(service.log().map(({ msg }) => msg)).toContain('shelf closed');
  });

  it('should end in its time even if closing a store never ends', async () => {
    await using service = new ShelfProcess({ SHUTDOWN_TIMEOUT: '1s', SHELF_NEVER_CLOSES: 'true' });
    await service.url();
    service.signal('SIGTERM');

    expect(await service.exited()).toBe(0);
    expect(service.log().at(-1)).toMatchObject({
      level: 'error',
      msg: expect.stringContaining('took longer than 1 s'),
    });
  });

  it('should end at once by a second signal', async () => {
    await using service = new ShelfProcess({ SHUTDOWN_TIMEOUT: '100s' });
    const { answer } = await inFlight(service, 120_000);
    service.signal('SIGTERM');
    await service.logged('stopping');
    service.signal('SIGTERM');

    expect(await service.exited()).toBe(143);
    expect(await answer).toBe('cut off');
  });

  it('should end a start that waits for a store', async () => {
    await using service = new ShelfProcess({
      STORE_URL: 'redis://127.0.0.1:1',
      START_TIMEOUT: '100s',
      LOG_LEVEL: 'debug',
    });
    await service.logged('waiting for stores');
    service.signal('SIGTERM');

    expect(await service.exited()).toBe(0);
  });
});

describe('a stop for another reason', () => {
  it('should be the same by SIGINT', async () => {
    await using service = new ShelfProcess();
    const { answer } = await inFlight(service, 300);
    service.signal('SIGINT');

    expect(await answer).toMatchObject({ status: 200 });
    expect(await service.exited()).toBe(0);
  });

  it('should come when the runner that started it is gone, and took the log with it', async () => {
    await using service = new ShelfProcess({}, { ipc: true });
    await service.url();
    service.child.stdout?.destroy();
    service.child.stderr?.destroy();
    service.child.disconnect();

    expect(await service.exited()).toBe(0);
  });

  it('should come in order, with status 1, after an error that nobody caught', async () => {
    await using service = new ShelfProcess();
    const { answer } = await inFlight(service, 500);
    service.signal('SIGUSR2');

    expect(await answer).toMatchObject({ status: 200 });
    expect(await service.exited()).toBe(1);
    expect(service.log().find(({ level }) => level === 'fatal')).toMatchObject({
      err: { message: 'nobody caught this' },
    });
    expect(service.log().map(({ msg }) => msg)).toContain('shelf closed');
  });
});
