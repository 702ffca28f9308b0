import { readFileSync } from 'node:fs';
import path from 'node:path';
import { WORKSPACE } from '../../stores/profile.ts';

/** What a migration of an application would hold. */
export function createFencingTokens(): string {
  const file = 'libs/locks/src/fencing/create-fencing-tokens.sql';
  return readFileSync(path.join(WORKSPACE, file), 'utf8');
}
