import { readFileSync } from 'node:fs';

/** A script of this library. Where it says `-- @include <name>`, it gets what several share. */
export function scriptText(name: string): string {
  return read(name).replaceAll(/^-- @include (\w+)$/gm, (_line, include: string) =>
    read(`includes/${include}`),
  );
}

function read(name: string): string {
  return readFileSync(new URL(`../scripts/${name}.lua`, import.meta.url), 'utf8');
}
