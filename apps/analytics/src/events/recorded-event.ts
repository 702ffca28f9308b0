/** What a person used. */
export const devices = ['desktop', 'mobile', 'tablet', 'other'] as const;
export type Device = (typeof devices)[number];

/** The type of events from outside that are visits of a page. */
export const VIEW = 'view';

/** Something that happened, checked and with its time set right, to be counted once. */
export interface RecordedEvent {
  /** uuid v7; the same however often the event is sent. */
  readonly id: string;
  /** `view`, or of the platform's own the message's name: `posts.viewed`. */
  readonly type: string;
  /** When it happened: the event counts in that minute, hour, day and month. */
  readonly at: Date;
  /** Where: `/posts/1`. Only views have one, so that the figures of pages are visits. */
  readonly page?: string | undefined;
  /** Tells people apart; the same person has the same one. */
  readonly visitor?: string | undefined;
  /** ISO 3166, two capital letters. */
  readonly country?: string | undefined;
  readonly device?: Device | undefined;
}

/** What became of an event: `duplicate` was counted before. */
export type Outcome = 'counted' | 'duplicate';
