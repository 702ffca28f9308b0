import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

/** Media types that a body may come in; a route takes one of them. */
export const BODY_TYPES = ['application/json', 'application/merge-patch+json'] as const;
export type BodyType = (typeof BODY_TYPES)[number];

interface BodyConfig {
  readonly bodyType?: BodyType;
}

/**
 * For a PATCH route whose body is a JSON merge patch (RFC 7396), sent as
 * `application/merge-patch+json`; see `mergePatch`. Any other type is refused (415), as this one is
 * everywhere else.
 */
export function MergePatch(): MethodDecorator {
  const config: BodyConfig = { bodyType: 'application/merge-patch+json' };
  return applyDecorators(RouteConfig(config), ApiConsumes('application/merge-patch+json'));
}

/** The type that the route of a request takes. */
export function bodyTypeOf({ routeOptions }: FastifyRequest): BodyType {
  return (routeOptions.config as BodyConfig).bodyType ?? 'application/json';
}
