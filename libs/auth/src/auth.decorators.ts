import {
  applyDecorators,
  createParamDecorator,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { BEARER_SCHEME } from '@trilith/service';
import type { FastifyRequest } from 'fastify';
import { AuthDemanded, AuthGuard, callerOf } from './auth.guard.js';
import type { Caller as CallerOfRequest } from './caller.js';

/**
 * For a route or a controller: only signed-in callers pass, and with roles only those who have one
 * of them. Shown in the OpenAPI document.
 */
export function Authenticated(...roles: readonly string[]): ClassDecorator & MethodDecorator {
  return demand({ optional: false, roles });
}

/** For a route or a controller: anyone passes, and who sends a token must send a good one. */
export function OptionallyAuthenticated(): ClassDecorator & MethodDecorator {
  return demand({ optional: true, roles: [] });
}

function demand(demanded: { optional: boolean; roles: readonly string[] }) {
  return applyDecorators(
    AuthDemanded(demanded),
    UseGuards(AuthGuard),
    ApiBearerAuth(BEARER_SCHEME),
  );
}

/** The caller: on an `@Authenticated()` route always there, on an optional one maybe undefined. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
/** Who makes a request: what the access token says. */
export type Caller = CallerOfRequest;
