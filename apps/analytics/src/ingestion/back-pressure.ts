import type { FastifyReply, FastifyRequest } from 'fastify';

import { OverloadedError } from './ingestion.errors.js';
import type { StoreMemory } from './store-memory.js';

/** What a request without a Content-Length may bring: the largest body that is taken. */
const UNKNOWN_LENGTH = 512 * 1024;

/**
 * Refuses events before they are read, when more bytes of them are under way than this process
 * should hold, or when the store of the figures is nearly full. Nothing that was accepted is dropped.
 */
export class BackPressure {
  private bytes = 0;

  constructor(
    private readonly mostBytes: number,
    private readonly memory: StoreMemory,
  ) {}

  /** Holds the request's bytes until it is answered, or its client gone. @throws {OverloadedError} */
  admit(request: FastifyRequest, reply: FastifyReply): void {
    const length = Number(request.headers['content-length'] ?? UNKNOWN_LENGTH);
    const bytes = Math.min(Number.isFinite(length) ? length : UNKNOWN_LENGTH, UNKNOWN_LENGTH);
    if (this.bytes + bytes > this.mostBytes) throw new OverloadedError('events under way');
    if (this.memory.isTight()) throw new OverloadedError('memory of the store');
    this.bytes += bytes;
    reply.raw.once('close', () => (this.bytes -= bytes));
  }
}
