import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of files that a test writes and changes; removed when disposed. */
export class TestDirectory {
  readonly path = mkdtempSync(path.join(tmpdir(), 'migrations-'));

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(this.file(name), text);
  }

  remove(...names: string[]): void {
    for (const name of names) rmSync(this.file(name));
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
