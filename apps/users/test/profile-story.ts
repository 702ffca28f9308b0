import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { type Answer, call } from './users-app.js';

const PROFILE = '/v1/accounts/me/profile';

/** Reads the own profile. */
export async function readProfile(app: NestFastifyApplication, token: string): Promise<Answer> {
  return call(app, 'GET', PROFILE, { token });
}

/** Sends a patch; `seen` is the ETag, none when it is empty. */
export async function patchProfile(
  app: NestFastifyApplication,
  token: string,
  { patch, seen }: { patch: unknown; seen: string },
): Promise<Answer> {
  const headers = {
    'content-type': 'application/merge-patch+json',
    ...(seen !== '' && { 'if-match': seen }),
  };
  return call(app, 'PATCH', PROFILE, { token, json: patch, headers });
}

/** Sends a patch of the profile as it is now. */
export async function change(
  app: NestFastifyApplication,
  token: string,
  patch: unknown,
): Promise<Answer> {
  const { headers } = await readProfile(app, token);
  return patchProfile(app, token, { patch, seen: String(headers.etag) });
}
