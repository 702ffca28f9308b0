import type { MessagingOptions } from '@trilith/messaging';

/** What every program is told. */
export interface Settings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Of this replica, in what it writes. */
  readonly label: string;
}

/** How acts are done. */
export interface ProducerSettings extends Settings {
  /** At most so many acts a second. */
  readonly perSecond: number;
}

/** How events reach the stream. */
export interface RelaySettings extends Settings {
  readonly messaging?: Partial<MessagingOptions>;
}

/** Where handlers have their effect: `bare` has it in PostgreSQL without an inbox. */
export type EffectPlace = 'postgres' | 'redis' | 'bare';

/** How events are handled. */
export interface ConsumerSettings extends Settings {
  /** The consumer group. */
  readonly service: string;
  readonly effects: EffectPlace;
  /** How long each handler takes before its effect; default 0. */
  readonly handlerMs?: number;
  /** Writes down, outside of any transaction, that a handler began. */
  readonly notesBeginnings?: boolean;
  readonly messaging?: Partial<MessagingOptions>;
}

/** How acts are done that travel over a plain stream. */
export interface PlainProducerSettings extends ProducerSettings {
  readonly stream: string;
}

/** How acts are handled that travel over a plain stream. */
export interface PlainConsumerSettings extends Settings {
  /** The consumer group. */
  readonly service: string;
  readonly stream: string;
  /** Longest time of a handler. */
  readonly handlerMs: number;
}

/** What this process was told. */
export function readSettings(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Tells the experiment that this process does its work from now on. */
export function tellReady(): void {
  process.send?.('ready');
}
