import { Body, Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller } from '@trilith/auth';
import { Returns } from '@trilith/service';

import { AccountLocks } from '../account-locks/account-locks.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { CurrentPassword } from '../accounts/current-password.js';
import { LimitsPassword } from '../limits/credential-limits.js';
import { type Client, FromClient } from '../sessions/client.js';
import {
  type Beginning,
  beginning,
  type BegunSecondFactor,
  begunSecondFactor,
  type Confirmation,
  confirmation,
  type Proof,
  proof,
  type RecoveryCodes,
  recoveryCodes,
  secondFactorState,
} from './dto/second-factors.dto.js';
import { type SecondFactorState, SecondFactorsService } from './second-factors.service.js';

const ISSUER = 'Trilith';

@ApiTags('accounts')
@Controller('v1/accounts/me/second-factor')
export class SecondFactorsController {
  constructor(
    private readonly factors: SecondFactorsService,
    private readonly accounts: AccountsService,
    private readonly currentPassword: CurrentPassword,
    private readonly locks: AccountLocks,
  ) {}

  @Get()
  @Authenticated()
  @ApiOperation({ summary: 'Whether the own account asks for a code at sign-in' })
  @Returns(secondFactorState)
  state(@Caller() { accountId }: Caller): Promise<SecondFactorState> {
    return this.factors.state(accountId);
  }

  @Post()
  @LimitsPassword()
  @Authenticated()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Begin a second factor (TOTP)',
    description:
      'It counts once it is confirmed by a code. Refused with `password_wrong` (403) or `second_factor_enabled` (409).',
  })
  @Returns(begunSecondFactor, { status: 201 })
  async begin(
    @Caller() { accountId }: Caller,
    @Body({ schema: beginning }) { currentPassword }: Beginning,
  ): Promise<BegunSecondFactor> {
    await this.currentPassword.check(accountId, currentPassword);
    const { username } = await this.accounts.get(accountId);
    const secret = await this.factors.begin(accountId);
    return { secret: secret.base32, uri: secret.uri({ issuer: ISSUER, label: username }) };
  }

  @Post('confirmation')
  @LimitsPassword()
  @Authenticated()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Confirm a second factor by its first code',
    description:
      'From then on signing in asks for one. Refused with `second_factor_invalid` (401) or `second_factor_missing` (409).',
  })
  @Returns(recoveryCodes)
  async confirm(
    @Caller() { accountId }: Caller,
    @Body({ schema: confirmation }) { code }: Confirmation,
  ): Promise<RecoveryCodes> {
    return { recoveryCodes: await this.factors.confirm(accountId, code) };
  }

  @Post('recovery-codes')
  @LimitsPassword()
  @Authenticated()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Get other recovery codes',
    description:
      'Those before are good no more. Refused with `password_wrong` (403), `second_factor_invalid` (401) or `second_factor_missing` (409).',
  })
  @Returns(recoveryCodes)
  async renew(
    @Caller() { accountId }: Caller,
    @Body({ schema: proof }) { currentPassword, code }: Proof,
    @FromClient() { network }: Client,
  ): Promise<RecoveryCodes> {
    await this.currentPassword.check(accountId, currentPassword);
    const renewed = await this.locks.guardCode({ accountId, network }, () =>
      this.factors.renewRecoveryCodes(accountId, code),
    );
    return { recoveryCodes: renewed };
  }

  @Post('removal')
  @LimitsPassword()
  @Authenticated()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove the second factor',
    description:
      'Refused with `password_wrong` (403), `second_factor_invalid` (401) or `second_factor_missing` (409).',
  })
  @ApiNoContentResponse()
  async remove(
    @Caller() { accountId }: Caller,
    @Body({ schema: proof }) { currentPassword, code }: Proof,
    @FromClient() { network }: Client,
  ): Promise<void> {
    await this.currentPassword.check(accountId, currentPassword);
    await this.locks.guardCode({ accountId, network }, () => this.factors.remove(accountId, code));
  }
}
