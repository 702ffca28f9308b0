const mostKeys = 128;

interface Waiting {
  readonly key: string;
  readonly resolve: (bytes: Buffer | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads of one turn of the event loop as one MGET: all values of a cache share a slot, and one
 * command with many keys costs far less than as many commands in a pipeline.
 */
export class ReadBatch {
  private waiting: Waiting[] = [];

  constructor(private readonly readMany: (keys: string[]) => Promise<(Buffer | null)[]>) {}

  read(key: string): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) process.nextTick(this.send);
      this.waiting.push({ key, resolve, reject });
    });
  }

  private readonly send = (): void => {
    const all = this.waiting;
    this.waiting = [];
    for (let from = 0; from < all.length; from += mostKeys) {
      void this.sendPart(all.length <= mostKeys ? all : all.slice(from, from + mostKeys));
    }
  };

  private async sendPart(part: readonly Waiting[]): Promise<void> {
    try {
      const values = await this.readMany(part.map(({ key }) => key));
      for (let at = 0; at < part.length; at += 1) part[at]?.resolve(values[at] ?? null);
    } catch (error) {
      for (const { reject } of part) reject(error);
    }
  }
}
