import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { isOlder, MissingRequirement } from './requirements.mjs';

const MINIMUM = '24.9';

/**
 * A Node that is new enough: the running one, else the one that npm brought.
 *
 * @throws MissingRequirement when there is none.
 */
export function findNode(workspace, running = process.versions.node) {
  if (!isOlder(running, MINIMUM)) return process.execPath;
  const delivered = path.join(workspace, 'node_modules/.bin/node');
  const { status, stdout } = spawnSync(delivered, ['--version'], { encoding: 'utf8' });
  if (status === 0 && !isOlder(stdout.trim().replace(/^v/, ''), MINIMUM)) return delivered;
  throw new MissingRequirement(
    `Node ${running} is too old, and npm has brought none that runs on ${process.platform}-` +
      `${process.arch}: install Node ${MINIMUM} or newer, or remove node_modules and start again.`,
  );
}
