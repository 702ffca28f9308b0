import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { STATUS_BY_KIND, type DomainErrorLike } from './domain.error.js';
import { ValidationError } from '../validation/validation.error.js';

/** One place in the input that was refused. */
const inputErrorSchema = z.object({
  in: z.enum(['body', 'query', 'path']).meta({ description: 'Which part of the request.' }),
  path: z.string().meta({ description: 'JSONPath of the value.', examples: ['$.tags[2]'] }),
  message: z.string().meta({ description: 'What is wrong with it.' }),
  allowed: z.unknown().optional().meta({ description: 'What it takes, where that can be listed.' }),
});

/** The body of every answer with a 4xx or 5xx status (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Identifies the kind of problem.' }),
    title: z.string().meta({ description: 'The kind of problem, for people.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    detail: z.string().optional().meta({ description: 'This problem, for people.' }),
    instance: z.string().optional().meta({ description: 'The path that was asked for.' }),
    code: z.string().meta({ description: 'The kind of problem, for programs: stable.' }),
    correlationId: z.string().optional().meta({ description: 'Finds this request in the logs.' }),
    facts: z.record(z.string(), z.unknown()).optional(),
    errors: z.array(inputErrorSchema).optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

/** Problem details (RFC 9457). */
export type Problem = z.output<typeof problemSchema>;

/** The media type of problems. */
export const PROBLEM_TYPE = 'application/problem+json';

/** Builds a problem for a status. */
export function problem(
  status: number,
  { code, ...members }: Pick<Problem, 'code'> & Partial<Omit<Problem, 'type' | 'title' | 'status'>>,
): Problem {
  return {
    type: `urn:problem-type:trilith:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    ...members,
  };
}

/** The problem that tells a caller about a domain error. */
export function problemOf(error: DomainErrorLike): Problem {
  const { code, kind, message, facts } = error;
  return problem(STATUS_BY_KIND[kind], {
    code,
    detail: message,
    ...(facts !== undefined && Object.keys(facts).length > 0 && { facts }),
    ...(error instanceof ValidationError && { errors: [...error.errors] }),
  });
}

/** A problem that tells nothing but where to look: the cause belongs in the log alone. */
export function internalProblem(): Problem {
  return problem(500, {
    code: 'internal',
    detail: 'Something went wrong here. The correlation id finds the cause in the logs.',
  });
}
