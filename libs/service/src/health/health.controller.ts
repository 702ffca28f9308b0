import { Controller, Get, Header, HttpStatus, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SkipRateLimit } from '@trilith/rate-limit';
import type { FastifyReply } from 'fastify';
import { Lifecycle } from '../lifecycle/lifecycle.js';
import { HealthRegistry } from './health-registry.js';

/** What `/health/ready` answers. */
interface Readiness {
  readonly status: 'ready' | 'not_ready' | 'starting' | 'stopping';
  /** One entry a check: `up` or `down`, how long it took in milliseconds, and why it is down. */
  readonly checks: Readonly<Record<string, object>>;
}

@ApiExcludeController()
@SkipRateLimit()
@Controller('health')
export class HealthController {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** The process runs and its event loop turns: nothing else is looked at. */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): { status: string } {
    return { status: 'alive' };
  }

  /** 200 when requests can be served, 503 when a check fails, or before and after that. */
  @Get('ready')
  @Header('cache-control', 'no-store')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const results = await this.registry.run();
    const checks: Record<string, { status: string }> = Object.assign({}, ...results);
    const status = this.statusOf(Object.values(checks));
    reply.status(status === 'ready' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return { status, checks };
  }

  private statusOf(checks: readonly { status: string }[]): Readiness['status'] {
    if (this.lifecycle.phase !== 'running') return this.lifecycle.phase;
    return checks.every(({ status }) => status === 'up') ? 'ready' : 'not_ready';
  }
}
