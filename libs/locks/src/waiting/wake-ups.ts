import { createSubscriberBeside } from '@trilith/redis';

import { Bell } from './bell.js';

/** `<fencing token> <owner>` when the owner has the lock now, `<owner>` when it should ask again. */
const MESSAGE = /^(?:(\d+) )?(.*)$/s;

/**
 * Hears from Redis which of a manager's waiters has the lock now, or is to look again. One connection serves all of them;
 * it is opened when the first one waits, and ends with the manager's own.
 */
export class WakeUps {
  private readonly bells = new Map<string, Bell>();
  private isOpened = false;
  private subscriber: { readonly status: string } | undefined;
  private isSubscribed = false;

  constructor(
    /** Undefined where nobody is woken: waiters look by themselves. */
    private readonly client: object | undefined,
    private readonly channel: string,
  ) {}

  /** Whether a message would be heard. If not, a waiter has to look often by itself. */
  get isListening(): boolean {
    return this.isSubscribed && this.subscriber?.status === 'ready';
  }

  /** Does a work that may wait for the bell of its claim. */
  async withBell<T>(owner: string, work: (bell: Bell) => Promise<T>): Promise<T> {
    const bell = new Bell();
    this.bells.set(owner, bell);
    try {
      return await work(bell);
    } finally {
      this.bells.delete(owner);
    }
  }

  listen(): void {
    if (this.isOpened || this.client === undefined) return;
    this.isOpened = true;
    this.subscriber = createSubscriberBeside(this.client, {
      channels: [this.channel],
      onMessage: (message) => this.tell(message),
      onSubscribed: () => this.ringAll(),
    });
  }

  private tell(message: string): void {
    const [, token, owner = ''] = MESSAGE.exec(message) ?? [];
    this.bells.get(owner)?.ring(token === undefined ? undefined : BigInt(token));
  }

  /** What was published before the subscription, or while it was broken, was lost. */
  private ringAll(): void {
    this.isSubscribed = true;
    for (const bell of this.bells.values()) bell.ring();
  }
}
