import type { WriteOperation } from '../writing/write-operation.js';

export interface PendingWritesOptions {
  readonly maxWrites: number;
  readonly maxBytes: number;
}

const keyKinds: ReadonlySet<string> = new Set(['w', 'd', 'e']);

/** Counts for a write that is no value. */
const OPERATION_BYTES = 100;

/**
 * Writes that Redis does not have yet, in their order, at most one per key and tag. When there are
 * too many they become one `clear`: more is lost than needs be, and nothing stale survives.
 */
export class PendingWrites {
  private readonly operations = new Map<string, WriteOperation>();
  private bytes = 0;
  /**
   * The log's position when the oldest of them had to wait. If nothing was recorded since, no other
   * process has written later what waits here.
   */
  since = 0;

  constructor(private readonly options: PendingWritesOptions) {}

  get size(): number {
    return this.operations.size;
  }

  /** @param position the last one of the log that this process knows of. */
  add(operation: WriteOperation, position: number): void {
    if (this.size === 0) this.since = position;
    if (operation.kind === 'c') this.clear();
    const id = idOf(operation);
    const before = this.operations.get(id);
    this.remove(id);
    this.insert(id, merged(before, operation));
    const { maxWrites, maxBytes } = this.options;
    if (this.operations.size <= maxWrites && this.bytes <= maxBytes) return;
    this.clear();
    this.insert('c:', { kind: 'c', name: '' });
  }

  /** What Redis has of the key is not what it should have. */
  hidesKey(key: string): boolean {
    return this.size > 0 && (this.operations.has(`k:${key}`) || this.operations.has('c:'));
  }

  /** An entry with these tags that Redis has is not what it should have. */
  hidesTags(tags: readonly string[]): boolean {
    if (this.size === 0) return false;
    return tags.some((tag) => this.operations.has(`t:${tag}`) || this.operations.has(`s:${tag}`));
  }

  /** All of them, the oldest first. */
  all(): WriteOperation[] {
    return [...this.operations.values()];
  }

  /** They are on Redis now; those that were replaced meanwhile stay. */
  done(operations: readonly WriteOperation[]): void {
    for (const operation of operations) {
      const id = idOf(operation);
      if (this.operations.get(id) === operation) this.remove(id);
    }
  }

  private insert(id: string, operation: WriteOperation): void {
    this.operations.set(id, operation);
    this.bytes += sizeOf(operation);
  }

  private remove(id: string): void {
    const operation = this.operations.get(id);
    if (operation === undefined) return;
    this.operations.delete(id);
    this.bytes -= sizeOf(operation);
  }

  private clear(): void {
    this.operations.clear();
    this.bytes = 0;
  }
}

/** A key made stale after a write or deletion that nobody has seen: it goes. */
function merged(before: WriteOperation | undefined, next: WriteOperation): WriteOperation {
  const isLost = next.kind === 'e' && (before?.kind === 'w' || before?.kind === 'd');
  return isLost ? { kind: 'd', name: next.name } : next;
}

function idOf({ kind, name }: WriteOperation): string {
  return `${keyKinds.has(kind) ? 'k' : kind}:${name}`;
}

function sizeOf(operation: WriteOperation): number {
  const payload = operation.kind === 'w' ? operation.stored.length : 0;
  return OPERATION_BYTES + operation.name.length + payload;
}
