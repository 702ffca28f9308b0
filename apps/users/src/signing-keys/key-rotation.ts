import type { TransactionHost } from '@nestjs-cls/transactional';

import type { KeyPairs } from './key-pairs.js';
import type { KeyTimes, SigningKeysRepository, StoredKey } from './signing-keys.repository.js';

/**
 * Makes signing keys when they are due: the first one ever, to sign at once, and then each next one in
 * time to be published before it signs. Any replica does so; the table's lock lets one decide.
 */
export class KeyRotation {
  constructor(
    private readonly repository: SigningKeysRepository,
    private readonly transaction: TransactionHost,
    private readonly pairs: KeyPairs,
    private readonly times: KeyTimes,
  ) {}

  /** The keys to be published, latest first; what is due has been made. */
  async keys(): Promise<StoredKey[]> {
    const keys = await this.repository.list(this.times);
    return isComplete(keys) ? keys : this.makeDue();
  }

  private makeDue(): Promise<StoredKey[]> {
    return this.transaction.withTransaction(async () => {
      await this.repository.lockForWriting();
      const keys = await this.repository.list(this.times);
      // Whoever held the lock before has made it.
      if (isComplete(keys)) return keys;
      const after = keys.find(({ isLast }) => isLast)?.kid;
      await this.repository.insert(await this.pairs.make(), { after, times: this.times });
      await this.repository.deleteRetired(this.times);
      return this.repository.list(this.times);
    });
  }
}

/** Whether there is a last key, and it needs no successor yet. */
function isComplete(keys: readonly StoredKey[]): boolean {
  const last = keys.find(({ isLast }) => isLast);
  return last !== undefined && !last.isDue;
}
