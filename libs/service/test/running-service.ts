import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@trilith/config';
import { createService } from '../src/index.js';
import { LoopbackTransport, Shelf, shelf } from './shelf.app.js';

/** One line of the log, parsed. */
export type LogLine = Record<string, unknown> & { msg: string };

/** The small service of these tests, listening on a free port of this machine. */
export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly url: string;
  readonly shelf: Shelf;
  readonly transport: LoopbackTransport;
  /** All lines so far, oldest first. */
  readonly log: () => LogLine[];
}

/** Builds the small service and listens. Close it by `app.close()`. */
export async function runShelf(env: Record<string, string> = {}): Promise<RunningService> {
  const lines: string[] = [];
  const app = await createService(shelf, loadConfig(shelf.config, { LOG_FORMAT: 'json', ...env }), {
    logTo: { write: (line) => void lines.push(line) },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  await app.startAllMicroservices();
  const url = await app.getUrl();
  return {
    app,
    url,
    port: Number(new URL(url).port),
    shelf: app.get(Shelf),
    transport: app.get(LoopbackTransport),
    log: () => lines.map((line) => JSON.parse(line) as LogLine),
  };
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are and reads until the server closes the connection. */
export function sendRaw(port: number, request: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close while we still write: what it said before counts.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const end = text.indexOf('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
        head: text.slice(0, end).toLowerCase(),
        body: text.slice(end + 4),
      });
    });
  });
}
