import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { callerOf } from '@trilith/auth';
import type { FastifyRequest } from 'fastify';

import { AuthorsService } from './authors.service.js';

/** Lets nobody whose account is locked through. */
@Injectable()
export class UnlockedAuthorGuard implements CanActivate {
  constructor(private readonly authors: AuthorsService) {}

  /** @throws AccountLockedError */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (caller !== undefined) await this.authors.requireUnlocked(caller.accountId);
    return true;
  }
}

/** For a route that writes: refuses accounts that are locked. Stands above what signs callers in. */
export const RefusesLocked = () => applyDecorators(UseGuards(UnlockedAuthorGuard));
