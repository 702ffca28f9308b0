/** What a record of the log says of one name. */
export interface Change {
  /**
   * `w` a key was written, `d` deleted, `e` made stale; `t` a tag was deleted, `s` made stale; `c`
   * everything was; `b` the log begins; a lease that was waited for ended with (`f`) or without a value (`r`).
   */
  readonly kind: ChangeKind;
  /** A key or a tag. */
  readonly name: string;
}

export type ChangeKind = 'w' | 'd' | 'e' | 't' | 's' | 'c' | 'b' | 'f' | 'r';

export interface LogRecord {
  readonly position: number;
  /** Of the record before it: who has seen another one last has missed something. */
  readonly previous: number;
  readonly changes: readonly Change[];
}

const kinds: ReadonlySet<string> = new Set<ChangeKind>([
  'w',
  'd',
  'e',
  't',
  's',
  'c',
  'b',
  'f',
  'r',
]);

/** An entry of the stream, as XREAD gives it; undefined when another wrote it. */
export function parseRecord([id, fields]: [string, string[]]): LogRecord | undefined {
  const position = Number(id.slice(0, id.indexOf('-')));
  if (fields[0] !== 'p') return undefined;
  const changes: Change[] = [];
  for (let at = 2; at < fields.length; at += 2) {
    const kind = fields[at] ?? '';
    if (kinds.has(kind)) changes.push({ kind: kind as ChangeKind, name: fields[at + 1] ?? '' });
  }
  return { position, previous: Number(fields[1]), changes };
}
