import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { type Answer, call, newPerson } from './users-app.js';

/** The tokens that a client holds. */
export interface Held {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
  readonly accountId: string;
}

/** Somebody new, who has not signed in. */
export async function signedUp(app: NestFastifyApplication) {
  const person = newPerson();
  const { status, body } = await call(app, 'POST', '/v1/accounts', { json: person });
  if (status !== 201) throw new Error(`Sign-up answered ${status}`);
  return { ...person, id: String(body.id) };
}

export async function signIn(
  app: NestFastifyApplication,
  { username, password }: { username: string; password: string },
  headers: Record<string, string> = {},
): Promise<Held> {
  const json = { login: username, password };
  const { status, body } = await call(app, 'POST', '/v1/sessions', { json, headers });
  if (status !== 201) throw new Error(`Sign-in answered ${status}: ${JSON.stringify(body)}`);
  return body as unknown as Held;
}

export function refresh(
  app: NestFastifyApplication,
  refreshToken: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(app, 'POST', '/v1/sessions/refresh', { json: { refreshToken }, headers });
}

/** What an answer comes to: the status, and the code of a problem. */
export function outcome({ status, body }: Answer): string {
  return typeof body.code === 'string' ? `${status} ${body.code}` : String(status);
}

/** Refreshes, and holds what comes of it. */
export async function refreshed(app: NestFastifyApplication, held: Held): Promise<Held> {
  const answer = await refresh(app, held.refreshToken);
  if (answer.status !== 200) throw new Error(`Refresh answered ${outcome(answer)}`);
  return answer.body as unknown as Held;
}
