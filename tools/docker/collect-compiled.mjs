// Copies the compiled code of every library and service, and nothing else of them, to a folder:
//
//   node tools/docker/collect-compiled.mjs compiled       → compiled/libs/…, compiled/apps/…
import { cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const workspace = path.resolve(import.meta.dirname, '../..');
const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('Say where to: collect-compiled.mjs <folder>');

/** What only compilers read. */
const isForCompilers = (file) => /\.(tsbuildinfo|d\.ts|d\.ts\.map)$/.test(file);

for (const group of ['libs', 'apps']) {
  for (const name of readdirSync(path.join(workspace, group))) {
    const project = path.join(group, name);
    const compiled = path.join(workspace, project, 'dist');
    // What tests use has no place in production.
    if (project === path.join('libs', 'testing') || !existsSync(compiled)) continue;
    cpSync(compiled, path.join(target, project, 'dist'), {
      recursive: true,
      filter: (file) => !isForCompilers(file),
    });
  }
}
