import path from 'node:path';

/** A migration as it stands in its directory. */
export interface MigrationFile {
  /** The number at the start of the file name: 3 for `0003_likes.sql`. */
  readonly version: number;
  /** What follows the number: `likes` for `0003_likes.sql`. */
  readonly name: string;
  /** The file's name without its folder: `0003_likes.sql`. */
  readonly fileName: string;
  /** Absolute path. */
  readonly path: string;
  /** The file's text, without a byte order mark, which PostgreSQL takes for a mistake. */
  readonly text: string;
  /** SHA-256 over the normalised text, see `checksumOf`. */
  readonly checksum: string;
}

const FILE_NAME = /^(?<version>\d{4,})_(?<name>[a-z0-9]+(?:_[a-z0-9]+)*)$/;

/** What a right name looks like, for messages. */
export const FILE_NAME_FORM = 'four digits, "_" and lower-case words joined by "_": 0007_add_likes';

/** Reads version and name from a file name; undefined if the name has another form. */
export function parseFileName(fileName: string): { version: number; name: string } | undefined {
  const stem = path.basename(fileName, path.extname(fileName));
  const groups = FILE_NAME.exec(stem)?.groups;
  if (groups?.version === undefined || groups.name === undefined) return undefined;
  const version = Number(groups.version);
  return version > 0 && version <= 2_147_483_647 ? { version, name: groups.name } : undefined;
}

/** `3` → `0003`: the form that file names have. */
export function formatVersion(version: number): string {
  return String(version).padStart(4, '0');
}

/** `0003_likes`: how messages name a migration. */
export function labelOf(migration: { version: number; name: string }): string {
  return `${formatVersion(migration.version)}_${migration.name}`;
}
