import { readFileSync } from 'node:fs';

/** Lua that several scripts share. */
type Include = 'tokens' | 'waiters' | 'permits';

/** A script of this library behind the parts that it includes. */
export function scriptText(name: string, ...includes: readonly Include[]): string {
  const files = [...includes.map((include) => `includes/${include}`), name];
  return files
    .map((file) => readFileSync(new URL(`../scripts/${file}.lua`, import.meta.url), 'utf8'))
    .join('\n');
}
