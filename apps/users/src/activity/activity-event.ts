import type { Json } from '@trilith/service';

/** What an account did, or what happened to it. */
export interface ActivityEvent {
  /** uuid; an event that comes twice is stored once by it. */
  readonly id: string;
  readonly accountId: string;
  /** Lower case words joined by dots, such as `post.published`. */
  readonly kind: string;
  /** What tells it from others of its kind: ids, never what a person wrote. */
  readonly details: Readonly<Record<string, Json>>;
  readonly occurredAt: Date;
}
