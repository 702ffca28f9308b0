import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { KeysUnavailableError, RoleMissingError } from './auth.errors.js';
import { bearerToken } from './bearer-token.js';
import type { Caller } from './caller.js';
import { TokenVerifier } from './token-verifier.js';

/** What a route asks of its caller. */
export interface AuthDemand {
  /** True lets callers without a token in; a bad token is refused all the same. */
  readonly optional: boolean;
  /** The caller must have one of these roles; none listed: any caller will do. */
  readonly roles: readonly string[];
}

/** Metadata that `@Authenticated()` and `@OptionallyAuthenticated()` set. */
export const AuthDemanded = Reflector.createDecorator<AuthDemand>();

const CALLER = Symbol('caller');

type RequestWithCaller = FastifyRequest & { [CALLER]?: Caller };

/** The caller that the guard found, if any. */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return (request as RequestWithCaller)[CALLER];
}

/** Lets a request pass when its access token is good; see the decorators for what routes can ask. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: TokenVerifier,
  ) {}

  /**
   * @throws {TokenMissingError} {TokenExpiredError} {TokenInvalidError} 401
   * @throws {RoleMissingError} 403
   * @throws {KeysUnavailableError} 503
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const demand = this.demandOf(context);
    const request = context.switchToHttp().getRequest<RequestWithCaller>();
    const caller = await this.authenticate(request, demand);
    if (caller === undefined) return true;
    if (demand.roles.length > 0 && !demand.roles.some((role) => caller.roles.includes(role))) {
      throw new RoleMissingError(demand.roles);
    }
    request[CALLER] = caller;
    return true;
  }

  private demandOf(context: ExecutionContext): AuthDemand {
    const places = [context.getHandler(), context.getClass()];
    const demand = this.reflector.getAllAndOverride(AuthDemanded, places);
    return demand ?? { optional: false, roles: [] };
  }

  private async authenticate(
    request: FastifyRequest,
    { optional }: AuthDemand,
  ): Promise<Caller | undefined> {
    const { authorization } = request.headers;
    if (authorization === undefined && optional) return undefined;
    const token = bearerToken(authorization);
    try {
      return await this.verifier.verify(token);
    } catch (error) {
      // A page that needs no caller does not need the issuer of tokens either.
      if (optional && error instanceof KeysUnavailableError) return undefined;
      throw error;
    }
  }
}
