import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readJson, writeJson } from '../stores/json-file.ts';
import { WORKSPACE } from '../stores/profile.ts';
import { addressOf } from './services.ts';
import type { ServicePorts } from './ports.ts';

const SECRETS = ['AUTH_SECRET', 'CURSOR_SECRET', 'VISITOR_SECRET'] as const;
const SECRET_BYTES = 32;

/** What the person at the machine has set: the process's environment, then the file `.env`. */
export function ownEnvironment(workspace = WORKSPACE): NodeJS.ProcessEnv {
  const file = path.join(workspace, '.env');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
}

/** Random secrets, made once and kept where only the owner may read; or, without a file, new. */
export function devSecrets(file: string | undefined): Record<string, string> {
  const kept = file === undefined ? {} : readJson<Record<string, string>>(file, {});
  const secrets = Object.fromEntries(
    SECRETS.map((name) => [name, kept[name] ?? randomBytes(SECRET_BYTES).toString('base64url')]),
  );
  if (file !== undefined) writeJson(file, secrets);
  return secrets;
}

/** What all services are started with: what `own` sets wins over what is made up here. */
export function serviceEnvironment(
  own: NodeJS.ProcessEnv,
  given: {
    stores: Record<string, string>;
    secrets: Record<string, string>;
    ports: ServicePorts;
    /** Where the platform keeps its own files. */
    folder: string;
  },
): NodeJS.ProcessEnv {
  const mails = path.join(given.folder, 'mail');
  const jwks = `${addressOf(given.ports.users)}/.well-known/jwks.json`;
  const { PORT: _oneForAll, ...rest } = own;
  return {
    ...given.secrets,
    JWKS_URL: jwks,
    MAIL_DIRECTORY: mails,
    ...withoutEmpty(rest),
    ...given.stores,
  };
}

/** An empty variable counts as unset, as it does for the services themselves. */
function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}
