import type { Operation } from './api-description.ts';
import {
  HOSTILE_BODIES,
  HOSTILE_CREDENTIALS,
  HOSTILE_JSON,
  HOSTILE_TEXTS,
} from './hostile-values.ts';

/** One request that nobody should send. */
export interface Attack {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Sent with a good access token unless this says otherwise. */
  readonly authorization?: string;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const JSON_TYPE = 'application/json';

/** All that is tried on a route. */
export function* attacksOn(operation: Operation): Generator<Attack> {
  yield* wrongCredentials(operation);
  yield* wrongPaths(operation);
  yield* wrongQueries(operation);
  yield* wrongHeaders(operation);
  yield* wrongMethods(operation);
  if (operation.goodBody === undefined) return;
  yield* wrongBodies(operation);
  yield* wrongFields(operation, operation.goodBody);
}

/** The request that the route is for. */
export function goodRequest(operation: Operation): Attack {
  const { method, headers, bodyType, goodBody, goodQuery } = operation;
  const target = withIds(operation) + (goodQuery && `?${goodQuery}`);
  if (goodBody === undefined) return { method, target, headers };
  const typed = { ...headers, 'content-type': bodyType };
  return { method, target, headers: typed, body: JSON.stringify(goodBody) };
}

function* wrongCredentials(operation: Operation): Generator<Attack> {
  const good = goodRequest(operation);
  for (const authorization of HOSTILE_CREDENTIALS) yield { ...good, authorization };
}

function* wrongPaths(operation: Operation): Generator<Attack> {
  const places = [...operation.path.matchAll(/\{\w+\}/g)].map(([place]) => place);
  const good = goodRequest(operation);
  for (const place of places) {
    for (const text of HOSTILE_TEXTS) {
      for (const segment of new Set([text, escape(text)])) {
        // What no path can hold as it is goes only in its escaped form.
        if (!/^[!-~]*$/.test(segment) || /[#?]/.test(segment)) continue;
        const path = operation.path.replace(place, () => segment);
        yield { ...good, target: withIds({ ...operation, path }) };
      }
    }
  }
}

function* wrongQueries(operation: Operation): Generator<Attack> {
  for (const name of [...operation.query, 'unknown', '__proto__']) {
    for (const text of HOSTILE_TEXTS) yield query(operation, name, `${name}=${escape(text)}`);
    for (const odd of [
      name,
      `${name}=1&${name}=2`,
      `${name}[]=1`,
      `${name}[$ne]=`,
      `${name}=%zz`,
    ]) {
      yield query(operation, name, odd);
    }
  }
}

function* wrongHeaders(operation: Operation): Generator<Attack> {
  const good = goodRequest(operation);
  for (const name of Object.keys(operation.headers)) {
    for (const text of HOSTILE_TEXTS) {
      // What no header can hold goes in its escaped form.
      const value = /^[\t\x20-\x7e]*$/.test(text) ? text : escape(text);
      for (const one of [value, `"${value}"`]) {
        yield { ...good, headers: { ...good.headers, [name]: one } };
      }
    }
  }
}

/** Beside the parameters that the route cannot do without, or in the place of one of them. */
function query(operation: Operation, name: string, text: string): Attack {
  const rest = new URLSearchParams(operation.goodQuery);
  rest.delete(name);
  const parts = [rest.toString(), text].filter((part) => part !== '');
  return { ...goodRequest(operation), target: `${withIds(operation)}?${parts.join('&')}` };
}

function* wrongMethods(operation: Operation): Generator<Attack> {
  for (const method of METHODS) yield { method, target: withIds(operation) };
}

function* wrongBodies(operation: Operation): Generator<Attack> {
  const good = goodRequest(operation);
  for (const { bytes, type } of HOSTILE_BODIES) {
    // What is wrong as JSON is wrong as whatever JSON the route takes; and that type alone is.
    for (const one of new Set([type, type === JSON_TYPE ? operation.bodyType : type])) {
      const headers = { ...operation.headers, ...(one !== undefined && { 'content-type': one }) };
      yield { ...good, body: bytes, headers };
    }
  }
}

function* wrongFields(
  operation: Operation,
  goodBody: NonNullable<Operation['goodBody']>,
): Generator<Attack> {
  const good = goodRequest(operation);
  for (const field of operation.bodyFields) {
    const others = Object.entries(goodBody)
      .filter(([name]) => name !== field)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
    const written = (value: string) =>
      `{${[...others, `${JSON.stringify(field)}:${value}`].join(',')}}`;
    yield { ...good, body: `{${others.join(',')}}` };
    for (const value of HOSTILE_JSON) yield { ...good, body: written(value) };
  }
}

function withIds({ path, knownId }: Pick<Operation, 'path' | 'knownId'>): string {
  return path.replaceAll(/\{\w+\}/g, knownId);
}

/** As in a URL; half of a surrogate pair, which has no such form, as its bytes would be. */
function escape(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80';
}
