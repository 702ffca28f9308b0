import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Migrations on disk: texts by file name. */
export class MigrationFolder {
  readonly path: string;

  constructor(parent: string, files: Readonly<Record<string, string>>) {
    this.path = mkdtempSync(path.join(parent, 'migrations-'));
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(this.path, name), text);
    }
  }

  remove(name: string): void {
    rmSync(path.join(this.path, name));
  }
}

/** `0007_name.sql` */
export function fileName(version: number, name: string, extension: string): string {
  return `${String(version).padStart(4, '0')}_${name}${extension}`;
}
