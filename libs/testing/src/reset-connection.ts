import type { Socket } from 'node:net';

/**
 * Breaks a connection as a machine that fails does: its peer sees a reset.
 *
 * One that has said its goodbye is closed only. Node 24 takes a reset while the goodbye is on its way
 * for done although it was refused (EINVAL), keeps the socket for ever, and spins when it is to exit.
 */
export function resetConnection(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
