import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ShelfProcess } from './shelf-process.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(port = 0): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  servers.push(server);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Starts a service that cannot start, and gives all that it said. */
async function failedStart(env: Record<string, string>) {
  await using service = new ShelfProcess({ LOG_LEVEL: 'error', ...env });
  const status = await service.exited();
  return { status, stdout: service.stdout, stderr: service.stderr };
}

describe('a start', () => {
  it('should fail by one line for each mistake in the configuration', async () => {
    const env = { PORT: 'abc', LOG_LEVEL: 'loud', SHUTDOWN_TIMEOUT: '10', SHELF_SECRET: 'hunter2' };

    expect(await failedStart(env)).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'shelf: PORT: got "abc"; takes a whole number from 0 to 65535',
        'shelf: LOG_LEVEL: got "loud"; takes one of fatal, error, warn, info, debug, trace, silent',
        'shelf: SHUTDOWN_TIMEOUT: got "10"; takes a duration such as 250ms, 30s, 15m, 2h or 7d',
        'shelf: SHELF_SECRET: got a value of 7 characters (not shown); takes a secret of at least 8 characters',
        '',
      ].join('\n'),
    });
  });

  it('should fail by one line when the port is taken', async () => {
    const port = await listen();

    expect(await failedStart({ PORT: String(port) })).toEqual({
      status: 1,
      stdout: '',
      stderr: `shelf: port ${port} on 127.0.0.1 is taken; set PORT to a free one\n`,
    });
  });

  it('should fail by one line when this machine has no such address', async () => {
    expect(await failedStart({ HOST: '203.0.113.7' })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'shelf: this machine has no address 203.0.113.7; set HOST to one it has\n',
    });
  });

  it('should fail by one line when a store is missing, without its password', async () => {
    const env = { STORE_URL: 'postgres://me:hunter2@127.0.0.1:1/shelf', START_TIMEOUT: '500ms' };

    expect(await failedStart(env)).toEqual({
      status: 1,
      stdout: '',
      stderr: 'shelf: shelf at 127.0.0.1:1 cannot be reached (ECONNREFUSED); waited 0.5 s for it\n',
    });
  });

  it('should fail by one line when a store takes connections but does not answer', async () => {
    const port = await listen();
    const env = {
      STORE_URL: `postgres://me:hunter2@127.0.0.1:${port}/shelf`,
      START_TIMEOUT: '3s',
      SHELF_HANGS: 'true',
    };

    expect(await failedStart(env)).toEqual({
      status: 1,
      stdout: '',
      stderr: `shelf: shelf at 127.0.0.1:${port} is not ready (timeout of 1000ms exceeded); waited 3 s for it\n`,
    });
  });

  it('should fail by one line when a driver gives up while the app is built', async () => {
    const port = await listen();
    const env = { SHELF_DRIVER: 'fails', STORE_URL: `redis://127.0.0.1:${port}` };

    expect(await failedStart(env)).toEqual({
      status: 1,
      stdout: '',
      stderr: `shelf: a store cannot be used: connect ECONNREFUSED postgres://me:***@127.0.0.1:1/x; its stores: shelf at 127.0.0.1:${port}\n`,
    });
  });

  it('should fail by one line when a driver hangs while the app is built', async () => {
    const port = await listen();
    const env = {
      SHELF_DRIVER: 'hangs',
      STORE_URL: `redis://127.0.0.1:${port}`,
      START_TIMEOUT: '500ms',
    };

    expect(await failedStart(env)).toEqual({
      status: 1,
      stdout: '',
      stderr: `shelf: building the application took longer than 1.5 s; its stores: shelf at 127.0.0.1:${port}\n`,
    });
  });

  it('should show where the fault is when the program is at fault', async () => {
    const { status, stdout, stderr } = await failedStart({ SHELF_FAULT: 'true' });

    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      level: 'fatal',
      msg: 'the start failed',
      err: { message: 'a fault of the program', stack: expect.stringContaining('shelf.app.ts') },
    });
  });

  it('should wait for a store that comes up late', async () => {
    const port = await listen();
    servers.splice(0).forEach((server) => server.close());
    await using service = new ShelfProcess({ STORE_URL: `redis://127.0.0.1:${port}` });
    const knocked = new Promise((resolve) => {
      setTimeout(resolve, 1_500);
    });
    await knocked;
    await listen(port);

    expect((await fetch(`${await service.url()}/health/ready`)).status).toBe(200);
  });
});
