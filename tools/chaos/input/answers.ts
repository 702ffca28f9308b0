import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Attack } from './attacks.ts';

/** Silence for so long counts as no answer. */
const PATIENCE_MS = 20_000;

/** What a service said. `status` 0: nothing. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** With which analytics takes events; other services do not look at it. */
export const WRITE_KEY = 'key-of-attackers';

const NOTHING: Answer = { status: 0, type: '', body: '' };
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends just these bytes of path and headers: `fetch` would mend or refuse some of them. */
export function send(url: string, attack: Attack, token: string): Promise<Answer> {
  const { method, target, body, authorization = `Bearer ${token}` } = attack;
  const headers = {
    ...attack.headers,
    authorization,
    'x-write-key': WRITE_KEY,
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  };
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const sent = request(
      { hostname, port, method, path: target, headers, agent, timeout: PATIENCE_MS },
      (response) => {
        const parts: Buffer[] = [];
        // A stream of events has no end: that it began is its answer.
        if (response.headers['content-type']?.startsWith('text/event-stream')) {
          resolve({ status: response.statusCode ?? 0, type: 'text/event-stream', body: '' });
          sent.destroy();
          return;
        }
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', () => resolve(NOTHING));
        response.on('end', () => {
          const type = response.headers['content-type'] ?? '';
          resolve({
            status: response.statusCode ?? 0,
            type,
            body: Buffer.concat(parts).toString(),
          });
        });
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(NOTHING));
    sent.end(body);
  });
}

/** Sends bytes on a connection of their own. */
export function sendBytes(url: string, bytes: string): Promise<Answer> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(Buffer.from(bytes, 'latin1')),
    );
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (part) => {
      text += part.toString();
      if (isWhole(text)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(read(text)));
  });
}

function isWhole(text: string): boolean {
  return read(text).body.length >= lengthOf(text);
}

/** The first answer; on one connection more may follow. */
function read(text: string): Answer {
  const [head = ''] = text.split('\r\n\r\n', 1);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const start = head.length + 4;
  const body = text.slice(start, Math.min(text.length, start + lengthOf(text)));
  return { status, type: /^content-type: (.*)$/im.exec(head)?.[1] ?? '', body };
}

function lengthOf(text: string): number {
  return Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? Infinity);
}

/** Gives the connections back. */
export function hangUp(): void {
  agent.destroy();
}
