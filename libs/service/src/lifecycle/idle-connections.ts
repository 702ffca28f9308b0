import type { Server } from 'node:http';

const POLL_MS = 50;

/**
 * Closes, from now until the server has closed, each connection whose request has been answered.
 * Closing the idle ones once is not enough: one that is still writing its answer then would be kept
 * alive afterwards, and with it the server, until the client or the keep-alive time ends it.
 */
export function closeConnectionsAsTheyIdle(server: Server): void {
  const sweep = setInterval(() => server.closeIdleConnections(), POLL_MS);
  server.once('close', () => clearInterval(sweep));
}
