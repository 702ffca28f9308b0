import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { withInstallLock } from './install-lock.mjs';
import { MissingRequirement } from './requirements.mjs';

/**
 * Is what the lock file names installed? npm writes the second lock file, inside node_modules, as
 * the last step of an installation, so that a broken-off one does not count.
 */
export function isInstalled(workspace) {
  const wanted = packagesOf(path.join(workspace, 'package-lock.json'));
  const installed = packagesOf(path.join(workspace, 'node_modules/.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(
    ([place, { version, optional, devOptional, link }]) =>
      !place.includes('node_modules/') ||
      // Those of other systems are left out; the one of ours is looked for where it is used.
      optional ||
      devOptional ||
      (link ? installed[place]?.link === true : installed[place]?.version === version),
  );
}

/**
 * Runs `npm ci` unless that is so. Of several terminals at once, one installs and the others wait.
 *
 * @throws MissingRequirement when it fails; npm has said why.
 */
export async function ensureInstalled(workspace) {
  if (isInstalled(workspace)) return;
  await withInstallLock(path.join(workspace, '.cache/install.lock'), async (lock) => {
    if (isInstalled(workspace)) return;
    console.log('Installing packages (npm ci) …');
    if ((await npmCi(workspace, lock)) !== 0) {
      throw new MissingRequirement('"npm ci" failed: see above, mend that, and start again.');
    }
  });
}

function npmCi(workspace, lock) {
  const npm = spawn('npm', ['ci', '--loglevel=error'], {
    cwd: workspace,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  // It goes on when we are killed, and nobody else may install meanwhile.
  if (npm.pid !== undefined) lock.shareWith(npm.pid);
  return new Promise((resolve, reject) => {
    npm.once('error', reject);
    npm.once('exit', resolve);
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
