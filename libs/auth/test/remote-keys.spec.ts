import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KeysUnavailableError, remoteKeys, type RemoteKeysOptions } from '../src/index.js';
import { makeSigner, type Signer } from './tokens.js';

let server: Server;
let url: string;
let fetches: number;
let answer: RequestListener;
let first: Signer;
let second: Signer;

const publish =
  (...signers: Signer[]): RequestListener =>
  (_request, response) =>
    response.end(JSON.stringify({ keys: signers.map(({ jwk }) => jwk) }));

beforeEach(async () => {
  [first, second] = await Promise.all([makeSigner('first'), makeSigner('second')]);
  fetches = 0;
  answer = publish(first);
  server = createServer((request, response) => {
    fetches += 1;
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** No pauses between fetches, unless a test is about them. */
const keysOf = (options: RemoteKeysOptions = {}) =>
  remoteKeys(url, { cooldownMs: 0, retryMs: 0, ...options });

const failures: Record<string, RequestListener> = {
  'that answers 500': (_request, response) => response.writeHead(500).end('{"keys":[]}'),
  'that cuts the connection': (request) => request.socket.destroy(),
  'that sends no JSON': (_request, response) => response.end('<html>'),
  'that sends another JSON': (_request, response) => response.end('{"keys":"none"}'),
  'that has no key': (_request, response) => response.end('{"keys":[]}'),
  'that has keys of another kind alone': (_request, response) =>
    response.end('{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"first"}]}'),
  'that has a broken key': (_request, response) =>
    response.end('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"first"}]}'),
  'that sends far too much': (_request, response) => response.end(`"${'a'.repeat(1_000_000)}"`),
  'that never answers': () => undefined,
  'that never ends its answer': (_request, response) => response.write('{"keys":'),
  'that sends its callers elsewhere': (_request, response) =>
    response.writeHead(302, { location: url }).end(),
};

describe('keys behind a URL', () => {
  it('should be fetched once, also when many ask at the same time', async () => {
    const keys = keysOf({ cooldownMs: 60_000 });
    const found = await Promise.all(Array.from({ length: 50 }, () => keys.find('first')));

    expect(found.every((key) => key !== undefined)).toBe(true);
    expect(await keys.find('first')).toBeDefined();
    expect(fetches).toBe(1);
  });

  it('should pass over keys of another kind', async () => {
    const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'rsa' };
    answer = (_request, response) => response.end(JSON.stringify({ keys: [rsa, first.jwk] }));
    const keys = keysOf({ cooldownMs: 60_000 });

    expect(await keys.find('first')).toBeDefined();
    expect(await keys.find('rsa')).toBeUndefined();
  });

  it('should be fetched again for a key id that came up since', async () => {
    const keys = keysOf();
    await keys.find('first');
    answer = publish(first, second);

    expect(await keys.find('second')).toBeDefined();
  });

  it('should be given up when they are no longer published', async () => {
    const keys = keysOf();
    await keys.find('first');
    answer = publish(second);
    await keys.find('second');

    expect(await keys.find('first')).toBeUndefined();
  });

  it('should not be fetched for each made-up key id', async () => {
    const keys = keysOf({ cooldownMs: 60_000 });
    await keys.find('first');
    const made = Array.from({ length: 200 }, (_, index) => keys.find(`made-up-${index}`));

    expect(new Set(await Promise.all(made))).toEqual(new Set([undefined]));
    expect(fetches).toBe(1);
  });

  it('should be renewed beside the requests that they serve', async () => {
    const keys = keysOf({ maxAgeMs: 1 });
    await keys.find('first');
    answer = () => undefined;
    const askedAgain = once(server, 'request');
    await sleep(5);

    // It is answered although its place never answers.
    expect(await keys.find('first')).toBeDefined();
    await askedAgain;
    expect(fetches).toBe(2);
  });

  it.each(Object.keys(failures))(
    'should go on serving while they are at a place %s',
    async (what) => {
      const keys = keysOf({ deadlineMs: 300 });
      await keys.find('first');
      answer = failures[what] ?? answer;

      expect(await keys.find('second')).toBeUndefined();
      expect(await keys.find('first')).toBeDefined();
    },
  );

  it.each(Object.keys(failures))(
    'should be unavailable when never had, at a place %s',
    async (what) => {
      const keys = keysOf({ deadlineMs: 300 });
      answer = failures[what] ?? answer;

      await expect(keys.find('first')).rejects.toThrow(KeysUnavailableError);
    },
  );

  it('should be there as soon as their place is back', async () => {
    answer = (_request, response) => response.writeHead(503).end();
    const keys = keysOf();
    await keys.warm?.();
    answer = publish(first);

    expect(await keys.find('first')).toBeDefined();
  });
});
