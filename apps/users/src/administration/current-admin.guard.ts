import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { callerOf, RoleMissingError } from '@trilith/auth';
import type { FastifyRequest } from 'fastify';

import { AdminAccountsRepository } from './admin-accounts.repository.js';

/**
 * Asks the database whether the caller is an admin still: an access token goes on saying so for a while
 * after the role is gone, or the account is locked. Stands above what signs callers in.
 */
@Injectable()
export class CurrentAdminGuard implements CanActivate {
  constructor(private readonly accounts: AdminAccountsRepository) {}

  /** @throws RoleMissingError */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
    const isAdmin = caller !== undefined && (await this.accounts.isAdmin(caller.accountId));
    if (!isAdmin) throw new RoleMissingError(['admin']);
    return true;
  }
}
