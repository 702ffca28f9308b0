import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 5_000;

/** Where the PATH finds a program that says by `--version` that it is new enough. */
export async function programOnPath(
  name: string,
  { minimum }: { minimum: number },
): Promise<string | undefined> {
  const program = locate(name);
  if (program === undefined) return undefined;
  try {
    const { stdout } = await run(program, ['--version'], { timeout: TIMEOUT_MS });
    return majorVersion(stdout) >= minimum ? program : undefined;
  } catch {
    // One that cannot even tell its version cannot serve.
    return undefined;
  }
}

/** `Redis server v=7.2.4 sha=…` and `db version v8.0.4` both tell theirs as the first x.y. */
function majorVersion(text: string): number {
  return Number(/(\d+)\.\d+/.exec(text)?.[1] ?? 0);
}

function locate(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder));
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
