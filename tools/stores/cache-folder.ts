import { homedir } from 'node:os';
import path from 'node:path';

/** What is fetched once for all clones of this user lies here. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return path.join(
    base && path.isAbsolute(base) ? base : path.join(homedir(), '.cache'),
    'trilith',
  );
}
