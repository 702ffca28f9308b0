import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import type { ServiceSettings } from '../service-environment.js';
import { closeConnectionsAsTheyIdle } from './idle-connections.js';
import { Lifecycle } from './lifecycle.js';
import { LATE, within } from './within.js';

/** What the orderly stop of a service needs. */
export interface StopOptions {
  readonly settings: Pick<ServiceSettings, 'shutdownTimeoutMs' | 'shutdownDelayMs'>;
  readonly logger: Logger;
}

/**
 * Stops a service in order: not ready; no new connections and no new messages while those at work
 * end; then Nest's hooks, which close the stores. What is still at work when four fifths of the
 * time are over is cut off, so that the stores can be closed in the rest.
 */
export async function stopInOrder(
  app: NestFastifyApplication,
  { settings, logger }: StopOptions,
): Promise<void> {
  app.get(Lifecycle).beginStop();
  const { shutdownTimeoutMs, shutdownDelayMs } = settings;
  const delayMs = Math.min(shutdownDelayMs, shutdownTimeoutMs / 2);
  await sleep(delayMs);
  const drained = Promise.all([drainHttp(app), drainMessages(app)]);
  if ((await within(drained, (shutdownTimeoutMs - delayMs) * 0.8)) === LATE) {
    logger.warn('work was still going on when its time was over: it is cut off');
    app.getHttpServer().closeAllConnections();
  }
  await app.close();
}

/** No new connections; resolves when the requests that are being handled are answered. */
async function drainHttp(app: NestFastifyApplication): Promise<void> {
  const server: Server = app.getHttpServer();
  if (!server.listening) return;
  closeConnectionsAsTheyIdle(server);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}

/** No new messages; each transport waits for its handlers. */
async function drainMessages(app: NestFastifyApplication): Promise<void> {
  // Taken out of the application, which would otherwise close each a second time.
  const transports = app.getMicroservices().splice(0) as unknown as Transport[];
  await Promise.all(
    transports.map(async (transport) => {
      // Marked as Nest does it, so that closing a transport leaves the shutdown hooks to the app.
      transport.setIsTerminated(true);
      await transport.close();
    }),
  );
}

interface Transport {
  setIsTerminated(terminated: boolean): void;
  close(): Promise<void>;
}
