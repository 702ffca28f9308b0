import { Body, Controller, Delete, Get, Param, Put, Query, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '@trilith/auth';
import { Pager } from '@trilith/pagination';
import { Returns } from '@trilith/service';
import { z } from 'zod';

import { ACCOUNTS_NEWEST, AdminAccountsRepository } from './admin-accounts.repository.js';
import { AdminAccountsService } from './admin-accounts.service.js';
import { CurrentAdminGuard } from './current-admin.guard.js';
import {
  type AccountsQuery,
  accountsQuery,
  administeredAccount,
  type AdministeredAccount,
  administeredAccounts,
  type AdministeredAccounts,
  type LockRequest,
  lockRequest,
  type RoleChange,
  roleChange,
  toAdministeredAccount,
} from './dto/administration.dto.js';

const accountId = z.uuid().toLowerCase();

@ApiTags('administration')
@Controller('v1/admin/accounts')
@UseGuards(CurrentAdminGuard)
@Authenticated('admin')
export class AdminAccountsController {
  constructor(
    private readonly accounts: AdminAccountsService,
    private readonly listed: AdminAccountsRepository,
    private readonly pager: Pager,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Accounts, newest first',
    description: 'For admins. Refused with `cursor_invalid` (400).',
  })
  @Returns(administeredAccounts)
  async list(
    @Query({ schema: accountsQuery }) { q, state, ...page }: AccountsQuery,
  ): Promise<AdministeredAccounts> {
    const { items, ...cursors } = await this.pager.read(page, {
      list: ACCOUNTS_NEWEST,
      scope: [q ?? null, state ?? null],
      read: async (slice) => this.listed.page({ q, state }, slice),
      positionOf: ({ position }) => position,
    });
    return { items: items.map(toAdministeredAccount), ...cursors };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One account, as admins see it',
    description: 'For admins. Refused with `account_not_found` (404).',
  })
  @Returns(administeredAccount)
  async get(@Param('id', { schema: accountId }) id: string): Promise<AdministeredAccount> {
    return toAdministeredAccount(await this.accounts.get(id));
  }

  @Put(':id/lock')
  @ApiOperation({
    summary: 'Lock an account',
    description:
      'For admins. All its sessions end; who signs in with the right password is told. Refused with `account_not_found` (404) or, for the only admin, `last_admin` (409).',
  })
  @Returns(administeredAccount)
  async lock(
    @Param('id', { schema: accountId }) id: string,
    @Body({ schema: lockRequest }) { until }: LockRequest,
  ): Promise<AdministeredAccount> {
    return toAdministeredAccount(await this.accounts.lock(id, until));
  }

  @Delete(':id/lock')
  @ApiOperation({
    summary: 'Unlock an account, whyever it is locked',
    description: 'For admins. Refused with `account_not_found` (404).',
  })
  @Returns(administeredAccount)
  async unlock(@Param('id', { schema: accountId }) id: string): Promise<AdministeredAccount> {
    return toAdministeredAccount(await this.accounts.unlock(id));
  }

  @Put(':id/role')
  @ApiOperation({
    summary: 'Give an account a role',
    description:
      'For admins. Refused with `account_not_found` (404) or, for the only admin, `last_admin` (409).',
  })
  @Returns(administeredAccount)
  async setRole(
    @Param('id', { schema: accountId }) id: string,
    @Body({ schema: roleChange }) { role }: RoleChange,
  ): Promise<AdministeredAccount> {
    return toAdministeredAccount(await this.accounts.setRole(id, role));
  }
}
