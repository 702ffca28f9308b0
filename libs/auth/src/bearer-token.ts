import { TokenInvalidError, TokenMissingError } from './auth.errors.js';

/** What a token is made of (RFC 6750, 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;

/**
 * The token of `Authorization: Bearer …`.
 *
 * @throws {TokenMissingError} when there is none, or the header is for another scheme
 * @throws {TokenInvalidError} when what follows can be no token
 */
export function bearerToken(authorization = ''): string {
  const credentials = /^Bearer +(\S.*)$/i.exec(authorization)?.[1];
  if (credentials === undefined) throw new TokenMissingError();
  if (!TOKEN.test(credentials)) throw new TokenInvalidError();
  return credentials;
}
