// Puts the files that a project's code reads at run time (*.lua, *.sql) beside the compiled code,
// which tsc does not do:
//
//   node tools/build/copy-assets.mjs [project folder…]     default: every library and app
//
// A file that is the same already is left alone, and one whose source is gone is removed.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const workspace = path.resolve(import.meta.dirname, '../..');

for (const project of projects(process.argv.slice(2))) {
  const from = path.join(project, 'src');
  const to = path.join(project, 'dist');
  const wanted = new Set(assetsIn(from));
  for (const stale of assetsIn(to)) {
    if (!wanted.has(stale)) rmSync(path.join(to, stale));
  }
  for (const asset of wanted) copyChanged(path.join(from, asset), path.join(to, asset));
}

function projects(named) {
  if (named.length > 0) return named.map((folder) => path.resolve(folder));
  return ['libs', 'apps'].flatMap((group) =>
    readdirSync(path.join(workspace, group)).map((name) => path.join(workspace, group, name)),
  );
}

function assetsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((file) => /\.(lua|sql)$/.test(file));
}

function copyChanged(source, target) {
  if (existsSync(target) && readFileSync(source).equals(readFileSync(target))) return;
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(source, target);
}
