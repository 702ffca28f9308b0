import { createHash } from 'node:crypto';

import type { ExecutionContext } from '@nestjs/common';
import { type Policy, RateLimit, slidingLog } from '@trilith/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

import { email } from '../accounts/dto/account-fields.js';
import { signIn } from '../sessions/dto/session.dto.js';
import type { UsersConfig } from '../users.config.js';

/** While Redis is away, a process counts this much of each limit by itself: never none. */
const onUnavailable = { share: 0.25 };

/** Exact, for who guesses passwords is worth an entry in Redis for each attempt. */
export function credentialPolicies(limits: UsersConfig['limits']): Policy[] {
  const { signIn, signUp, mail, password, renaming, export: exports } = limits;
  return [
    slidingLog({ name: 'sign-in-address', ...signIn.address, onUnavailable }),
    slidingLog({ name: 'sign-in-account', ...signIn.account, onUnavailable }),
    slidingLog({ name: 'sign-up-address', ...signUp.address, onUnavailable }),
    slidingLog({ name: 'sign-up-account', ...signUp.account, onUnavailable }),
    slidingLog({ name: 'mail-address', ...mail.address, onUnavailable }),
    slidingLog({ name: 'mail-account', ...mail.account, onUnavailable }),
    slidingLog({ name: 'password', ...password, onUnavailable }),
    slidingLog({ name: 'renaming', ...renaming, onUnavailable }),
    slidingLog({ name: 'export', ...exports, onUnavailable }),
  ];
}

/**
 * Limits signing in by address, for who tries one password on many accounts, and by the name that is
 * signed in as, for who tries from many addresses. An account has two: its username and its e-mail.
 */
export const LimitsSignIn = () =>
  RateLimit(
    { policy: 'sign-in-address', key: 'address' },
    { policy: 'sign-in-account', key: (context) => hashOf(context, 'login', signIn.shape.login) },
  );

/** Limits signing up by address, and by e-mail address, for who asks which of them are known. */
export const LimitsSignUp = () =>
  RateLimit(
    { policy: 'sign-up-address', key: 'address' },
    { policy: 'sign-up-account', key: (context) => hashOf(context, 'email', email) },
  );

/** Limits a route that makes us send a mail to an address which anybody may name. */
export const LimitsMailTo = () =>
  RateLimit(
    { policy: 'mail-address', key: 'address' },
    { policy: 'mail-account', key: (context) => hashOf(context, 'email', email) },
  );

/** Limits a route that makes us send a mail for who is signed in. */
export const LimitsMail = () =>
  RateLimit({ policy: 'mail-address', key: 'address' }, { policy: 'mail-account', key: 'user' });

/** Limits a route that takes the present password, for who guesses it with a stolen access token. */
export const LimitsPassword = () => RateLimit({ policy: 'password', key: 'user' });

/** Limits changes of the username, for who tries which are taken, or takes many in turn. */
export const LimitsRenaming = () => RateLimit({ policy: 'renaming', key: 'user' });

/** Limits the export of one's own data, which reads all there is. */
export const LimitsExport = () => RateLimit({ policy: 'export', key: 'user' });

/** Of a field of the body as it will be compared; a hash, for names do not belong into keys. */
function hashOf(context: ExecutionContext, field: string, schema: z.ZodType<string>): string {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  const given = (body as Record<string, unknown> | null | undefined)?.[field];
  const { data } = schema.safeParse(given);
  // What is no name at all is refused right after this, and no account's limit is touched by it.
  return data === undefined ? 'none' : createHash('sha256').update(data).digest('base64url');
}
