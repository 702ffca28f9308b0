import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import {
  IfMatchInvalidError,
  PreconditionFailedError,
  PreconditionRequiredError,
} from './precondition.errors.js';

/** The strong entity tag (RFC 9110) of a version, for the header `ETag`. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** The versions that a caller has seen: what the header `If-Match` names. */
export interface SeenVersions {
  /**
   * To be called with the version that is there, under the lock that keeps others from changing it.
   *
   * @throws PreconditionFailedError when it is none of those
   */
  mustInclude(current: number): void;
}

const HEADER = 'if-match';
/** One entity tag and what ends it. Obsolete bytes above 0x7f are allowed in one. */
const TAG = /[ \t]*((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?:,|$)/y;

/**
 * Gives a route the {@link SeenVersions} of its caller, from the header `If-Match` (RFC 9110), and
 * shows the header in the OpenAPI document. Tags are compared strongly: a weak one matches nothing.
 * A header that is no list of tags is a 400.
 *
 * Whoever sends none, or `*`, is refused (428); where `optional`, gets undefined for none.
 */
export const IfMatch = ({ optional = false }: { optional?: boolean } = {}) =>
  createParamDecorator(
    (_: unknown, context: ExecutionContext): SeenVersions | undefined => {
      const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
      const header = headers[HEADER];
      if (header === undefined && optional) return undefined;
      if (header === undefined || header.trim() === '*') throw new PreconditionRequiredError();
      return seen(tagsIn(header));
    },
    [(target, name) => describeHeader(target, name, !optional)],
  )();

function seen(tags: readonly string[]): SeenVersions {
  return {
    mustInclude: (current) => {
      const tag = entityTag(current);
      if (!tags.includes(tag)) throw new PreconditionFailedError(tag);
    },
  };
}

function tagsIn(header: string): string[] {
  const tags: string[] = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < header.length) {
    const tag = TAG.exec(header)?.[1];
    if (tag === undefined) throw new IfMatchInvalidError();
    tags.push(tag);
  }
  if (tags.length === 0) throw new IfMatchInvalidError();
  return tags;
}

function describeHeader(target: object, name: string | symbol | undefined, required: boolean) {
  const route = name && Object.getOwnPropertyDescriptor(target, name);
  if (!route) return;
  ApiHeader({
    name: 'If-Match',
    required,
    description: 'The `ETag` of what the caller has read.',
    schema: { type: 'string', example: '"7"' },
  })(target, name, route);
}
