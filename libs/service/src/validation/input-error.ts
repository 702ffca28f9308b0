import type { ArgumentMetadata } from '@nestjs/common';
import type { z } from 'zod';
import type { Json } from '../problems/domain.error.js';

/** One place in the input that was refused. */
export interface InputError {
  /** Which part of the request. */
  readonly in: 'body' | 'query' | 'path';
  /** JSONPath of the value: `$.tags[2]`. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What it takes, where that can be listed. */
  readonly allowed?: Json;
}

/** What a Standard Schema reports; zod's issues say more, and that is used where it is there. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const MOST_ERRORS = 20;
const LONGEST_KEY = 60;

/** Turns a schema's issues into errors for the caller: bounded, and without the refused values. */
export function inputErrors(
  issues: readonly SchemaIssue[],
  { type, data }: Pick<ArgumentMetadata, 'type' | 'data'>,
): InputError[] {
  const place = type === 'query' || type === 'body' ? type : type === 'param' ? 'path' : 'body';
  const root = data === undefined ? [] : [data];
  return issues
    .flatMap((issue) => splitUnknownKeys(issue as SchemaIssue & Partial<z.core.$ZodIssue>))
    .slice(0, MOST_ERRORS)
    .map((issue) => ({
      in: place,
      path: jsonPath([...root, ...(issue.path ?? [])]),
      message: issue.message,
      ...allowedBy(issue),
    }));
}

type AnyIssue = SchemaIssue & Partial<z.core.$ZodIssue>;

/** One error for each unknown field, at that field. */
function splitUnknownKeys(issue: AnyIssue): AnyIssue[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  const keys = (issue as z.core.$ZodIssueUnrecognizedKeys).keys.slice(0, MOST_ERRORS);
  return keys.map((key) => ({
    message: 'This field is not known here.',
    path: [...(issue.path ?? []), key],
  }));
}

function allowedBy(issue: AnyIssue): { allowed?: Json } {
  const known = issue as z.core.$ZodIssue;
  if (known.code === 'invalid_type') return { allowed: known.expected };
  if (known.code === 'invalid_value') return { allowed: known.values.map(String) };
  if (known.code === 'too_small') return { allowed: { min: Number(known.minimum) } };
  if (known.code === 'too_big') return { allowed: { max: Number(known.maximum) } };
  if (known.code === 'invalid_format') return { allowed: known.format };
  return {};
}

/** Path segments as a JSONPath (RFC 9535): `$.tags[2]`, `$['odd key']`. */
export function jsonPath(path: NonNullable<SchemaIssue['path']>): string {
  return path.reduce<string>((text, segment) => {
    const key = typeof segment === 'object' ? segment.key : segment;
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key).slice(0, LONGEST_KEY);
    if (/^[A-Za-z_]\w*$/.test(name)) return `${text}.${name}`;
    return `${text}['${name.replace(/[\\']/g, String.raw`\$&`)}']`;
  }, '$');
}
