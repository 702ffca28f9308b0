// Copies what production needs of each library (its package.json and its compiled code) to a folder:
//
//   node tools/docker/collect-libraries.mjs /libraries
import { cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const libraries = path.resolve(import.meta.dirname, '../../libs');
const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('Say where to: collect-libraries.mjs <folder>');

for (const name of readdirSync(libraries)) {
  const compiled = path.join(libraries, name, 'dist');
  // No production code imports what tests use.
  if (name === 'testing' || !existsSync(compiled)) continue;
  cpSync(compiled, path.join(target, name, 'dist'), {
    recursive: true,
    filter: (file) => !file.endsWith('.tsbuildinfo') && !file.endsWith('.d.ts.map'),
  });
  cpSync(path.join(libraries, name, 'package.json'), path.join(target, name, 'package.json'));
}
