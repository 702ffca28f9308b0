import { StartError } from '@trilith/service';

/**
 * The stored signing keys can't be opened: they were sealed under another AUTH_SECRET. Stops the
 * boot, because a service with keys of its own would sign tokens that nobody accepts.
 */
export class SigningKeysSealedError extends StartError {
  constructor(
    readonly kid: string,
    cause: unknown,
  ) {
    super(
      `AUTH_SECRET does not open signing key ${kid} in table signing_keys: start with the secret it was sealed under, or delete the row to sign everybody out`,
      { cause },
    );
  }
}
