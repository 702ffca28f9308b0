import { readFileSync } from 'node:fs';

/**
 * The text of a script that is put together from several files, each of which may use what those
 * before it declare.
 *
 * @param files below `src`, without `.lua`; the last is the script itself
 */
export function luaOf(...files: readonly string[]): string {
  return files
    .map((file) => readFileSync(new URL(`../${file}.lua`, import.meta.url), 'utf8'))
    .join('\n');
}
