import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { StoreName } from '../profile.ts';
import type { StoreReport } from '../store.ts';

/** What is said on the supervisor's socket: one JSON object a line. */
export type Request =
  /** Keeps the profile up, and these stores running, for as long as the connection lives. */
  | { type: 'hold'; holder: string; stores: readonly StoreName[] }
  /** Keeps them running after the connection, until `stop`. */
  | { type: 'pin' }
  | { type: 'status' }
  /** Ends the profile; with `force` also when others hold it. */
  | { type: 'stop'; force: boolean };

export type Reply =
  | { type: 'progress'; store: StoreName; text: string }
  | { type: 'held'; stores: readonly StoreReport[] }
  | { type: 'failed'; store: StoreName; message: string }
  | { type: 'status'; status: SupervisorStatus }
  | { type: 'pinned' }
  /** Not stopped: these hold it. */
  | { type: 'busy'; holders: readonly string[] }
  /** On its way down; the connection closes when nothing runs any more. */
  | { type: 'stopping' }
  /** A store ended by itself and could not be started again. */
  | { type: 'lost'; store: StoreName; message: string };

export interface SupervisorStatus {
  readonly pid: number;
  readonly profile: string;
  readonly dataFolder: string;
  readonly pinned: boolean;
  readonly holders: readonly string[];
  readonly stores: readonly StoreReport[];
}

export function send(socket: Socket, message: Request | Reply): void {
  // The other side may be gone already; its 'close' event tells.
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls `take` for each request. */
export function onRequest(socket: Socket, take: (request: Request) => void): void {
  onMessage(socket, (message) => take(message as Request));
}

/** Calls `take` for each reply. */
export function onReply(socket: Socket, take: (reply: Reply) => void): void {
  onMessage(socket, (message) => take(message as Reply));
}

/** A line that is no JSON ends the connection: no friend sent it. */
function onMessage(socket: Socket, take: (message: unknown) => void): void {
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (line) => {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      socket.destroy();
      return;
    }
    take(message);
  });
}
