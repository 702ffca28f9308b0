import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

const STREAMED = Symbol('media types of a streamed body');

/**
 * For a route that reads its body by itself, piece by piece: `request.body` is a stream then, of one of
 * these media types. The route bounds what it holds of it.
 */
export function StreamedBody(...mediaTypes: readonly string[]): MethodDecorator {
  return applyDecorators(
    RouteConfig({ [STREAMED]: mediaTypes }),
    ApiConsumes(...mediaTypes),
    ApiBody({ schema: { type: 'string', format: 'binary' } }),
  );
}

/** Whether the route of a request reads bodies of its type by itself. */
export function isStreamed({ routeOptions, headers }: FastifyRequest): boolean {
  const config = routeOptions.config as { readonly [STREAMED]?: readonly string[] };
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return mediaType !== undefined && (config[STREAMED]?.includes(mediaType) ?? false);
}
