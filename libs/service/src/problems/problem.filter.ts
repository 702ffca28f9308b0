import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { throwError, type Observable } from 'rxjs';
import { currentCorrelationId } from '../correlation/correlation.js';
import { pathOf } from '../http/observed-route.js';
import { RouteTable } from '../http/route-table.js';
import { isDomainError, type DomainErrorLike, type Facts } from './domain.error.js';
import { ErrorTranslators } from './error-translators.js';
import { httpProblem } from './http-problems.js';
import { ValidationError } from '../validation/validation.error.js';
import { internalProblem, problem, PROBLEM_TYPE, problemOf, type Problem } from './problem.js';

/** The error that the sender of a message gets back. */
export interface MessageError {
  readonly code: string;
  readonly kind: string;
  readonly message: string;
  readonly facts: Facts;
}

/**
 * The one place where errors become answers: problem+json over HTTP, an error object over messages.
 * What a caller caused is explained; anything else is logged with its cause and told as `internal`.
 */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly translators: ErrorTranslators,
    private readonly routes: RouteTable,
    private readonly logger: PinoLogger,
  ) {
    this.logger.setContext(ProblemFilter.name);
  }

  catch(thrown: unknown, host: ArgumentsHost): Observable<never> | void {
    if (host.getType() !== 'http') return this.answerMessage(thrown);
    const http = host.switchToHttp();
    this.answerRequest(thrown, http.getRequest(), http.getResponse());
  }

  private answerMessage(thrown: unknown): Observable<never> {
    const known = this.translate(thrown);
    const error: MessageError = known
      ? { code: known.code, kind: known.kind, message: known.message, facts: factsOf(known) }
      : {
          code: 'internal',
          kind: 'internal',
          message: 'Something went wrong while the message was handled.',
          facts: correlationFacts(),
        };
    return throwError(() => error);
  }

  private answerRequest(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const adapter = this.adapterHost.httpAdapter;
    if (adapter.isHeadersSent(reply)) {
      this.logger.error({ err: thrown }, 'an answer broke off');
      adapter.end(reply);
      return;
    }
    const { body, headers } = this.describe(thrown, request);
    for (const [name, value] of Object.entries(headers)) adapter.setHeader(reply, name, value);
    adapter.setHeader(reply, 'content-type', PROBLEM_TYPE);
    const full = {
      ...body,
      instance: pathOf(request.url),
      correlationId: request.id,
    } satisfies Problem;
    adapter.reply(reply, JSON.stringify(full), body.status);
  }

  private describe(thrown: unknown, request: FastifyRequest): Answer {
    if (!isDomainError(thrown)) {
      const fault = httpProblem(thrown);
      if (fault?.status === 404 && request.is404) return this.unknownRoute(request);
      if (fault !== undefined) return { body: fault, headers: {} };
    }
    const known = this.translate(thrown);
    return known
      ? { body: problemOf(known), headers: headersOf(known) }
      : { body: internalProblem(), headers: {} };
  }

  private unknownRoute({ method, url }: FastifyRequest): Answer {
    const allowed = this.routes.methodsOf(pathOf(url));
    // A path that takes the method led somewhere after all: a file that is not there.
    if (allowed.length === 0 || allowed.includes(method)) {
      const body = problem(404, { code: 'route_not_found', detail: 'Nothing is served here.' });
      return { body, headers: {} };
    }
    const detail = `This path takes ${allowed.join(', ')}, not ${method}.`;
    return {
      body: problem(405, { code: 'method_not_allowed', detail }),
      headers: { allow: allowed.join(', ') },
    };
  }

  /** Logs what somebody has to look at: faults of this service, and stores that are away. */
  private translate(thrown: unknown): DomainErrorLike | undefined {
    const known = this.translators.translate(thrown);
    if (known === undefined) this.logger.error({ err: thrown }, 'unexpected error');
    else if (known.kind === 'unavailable') this.logger.warn({ err: thrown }, 'unavailable');
    return known;
  }
}

interface Answer {
  readonly body: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

function headersOf(error: DomainErrorLike): Record<string, string> {
  const { kind, retryAfterSeconds, challenge } = error;
  if (kind === 'unauthenticated') return { 'www-authenticate': challenge ?? 'Bearer' };
  if (kind === 'unavailable' || kind === 'rate_limited') {
    return { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds ?? 1))) };
  }
  return {};
}

function factsOf(error: DomainErrorLike): Facts {
  if (error instanceof ValidationError)
    return { errors: error.errors.map((each) => ({ ...each })) };
  return error.facts ?? {};
}

function correlationFacts(): Facts {
  const correlationId = currentCorrelationId();
  return correlationId === undefined ? {} : { correlationId };
}
