import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The machine lacks something. The message is one line: what, and what to install. */
export class MissingRequirement extends Error {}

const PYTHON_MINIMUM = '3.11';

/** @throws MissingRequirement when npm is missing or older than package.json's `engines` allow. */
export function checkNpm(workspace, version = npmVersion()) {
  const { engines } = JSON.parse(readFileSync(path.join(workspace, 'package.json'), 'utf8'));
  const minimum = engines.npm.replace(/^>=/, '');
  if (version === undefined) {
    throw new MissingRequirement(`npm is missing: install Node.js 24, which brings it.`);
  }
  if (isOlder(version, minimum)) {
    throw new MissingRequirement(
      `npm ${version} is too old: ${minimum} or newer is needed; run "npm install -g npm@${minimum}".`,
    );
  }
}

/**
 * Python brings the Redis of machines that have none; the stores tool tells what else it may be
 * needed for when it comes to that.
 *
 * @throws MissingRequirement when it is needed and missing, too old, or without venv.
 */
export function checkPython(
  env,
  { redisServer = hasProgram('redis-server'), python = pythonFacts() } = {},
) {
  if (env.REDIS_URL || redisServer) return;
  const otherwise = 'or install redis-server 7, or set REDIS_URL';
  if (!python) {
    throw new MissingRequirement(
      `python3 is missing: install Python ${PYTHON_MINIMUM} or newer with its venv module, ${otherwise}.`,
    );
  }
  if (isOlder(python.version, PYTHON_MINIMUM)) {
    throw new MissingRequirement(
      `python3 is ${python.version}: install Python ${PYTHON_MINIMUM} or newer, ${otherwise}.`,
    );
  }
  if (!python.venv) {
    throw new MissingRequirement(
      `python3 lacks its venv module: install it (Debian, Ubuntu: "apt install python3-venv"), ${otherwise}.`,
    );
  }
}

/** Compares dotted numbers: `9.8.1` is older than `10`. */
export function isOlder(version, minimum) {
  const wanted = minimum.split('.').map(Number);
  const actual = version.split('.').map((part) => Number.parseInt(part, 10));
  for (const [at, least] of wanted.entries()) {
    const part = actual[at] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

function npmVersion() {
  // npm itself says so to what it runs: `npm/11.4.2 node/v24.1.0 linux x64`.
  const told = /^npm\/(\S+)/.exec(process.env.npm_config_user_agent ?? '')?.[1];
  return told ?? firstLine('npm', ['--version']);
}

function pythonFacts() {
  const code = `import sys, importlib.util as u
print(sys.version.split()[0], all(u.find_spec(m) for m in ("venv", "ensurepip")))`;
  const [version, venv] = firstLine('python3', ['-c', code])?.split(' ') ?? [];
  return version === undefined ? undefined : { version, venv: venv === 'True' };
}

function hasProgram(name) {
  return firstLine(name, ['--version']) !== undefined;
}

function firstLine(command, args) {
  const shell = process.platform === 'win32';
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', shell });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
}
