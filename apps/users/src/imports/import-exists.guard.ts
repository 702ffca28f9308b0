import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import { ImportNotFoundError } from './imports.errors.js';
import { ImportsService } from './imports.service.js';

/** Lets nobody wait for events of an import that there is not: once they flow, it is too late for a 404. */
@Injectable()
export class ImportExists implements CanActivate {
  constructor(private readonly imports: ImportsService) {}

  /** @throws ImportNotFoundError */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { params } = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { id: string } }>>();
    if (!z.uuid().safeParse(params.id).success) throw new ImportNotFoundError(params.id);
    await this.imports.get(params.id);
    return true;
  }
}
