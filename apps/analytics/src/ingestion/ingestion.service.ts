import { Injectable } from '@nestjs/common';
import { ValidationError, inputErrors } from '@trilith/service';

import { EventRecorder } from '../events/event-recorder.js';
import { EventTypes } from '../events/event-types.js';
import { type RecordedEvent, VIEW } from '../events/recorded-event.js';
import { Clock } from '../store/clock.js';
import { timeOf } from './client-clock.js';
import { type Ingested, type RefusedEvent, sentEvent } from './dto/event.dto.js';
import { type EventLines, MOST_EVENTS } from './event-lines.js';
import { ClientClockError, TooManyEventsError } from './ingestion.errors.js';

/** Takes events from outside: checks each, and has the good ones counted. */
@Injectable()
export class IngestionService {
  constructor(
    private readonly recorder: EventRecorder,
    private readonly types: EventTypes,
    private readonly clock: Clock,
  ) {}

  /**
   * One event.
   *
   * @throws {ValidationError} @throws {ClientClockError}
   */
  async ingestOne(value: unknown): Promise<Ingested> {
    return this.record([this.check(value, this.clock.now())], []);
  }

  /**
   * A batch, in one round trip to the store. A bad event is refused alone.
   *
   * @throws {TooManyEventsError}
   */
  async ingestLines(lines: EventLines): Promise<Ingested> {
    if (lines.count > MOST_EVENTS) throw new TooManyEventsError(lines.count);
    const receivedAt = this.clock.now();
    const events: RecordedEvent[] = [];
    const refused: RefusedEvent[] = [];
    for (const { index, value } of lines.values()) {
      try {
        events.push(this.check(value, receivedAt));
      } catch (error) {
        refused.push(refusal(index, error));
      }
    }
    return this.record(events, refused);
  }

  private async record(events: readonly RecordedEvent[], refused: RefusedEvent[]) {
    const outcomes = await this.recorder.record(events);
    const counted = outcomes.filter((outcome) => outcome === 'counted').length;
    return { counted, duplicates: events.length - counted, refused };
  }

  private check(value: unknown, receivedAt: Date): RecordedEvent {
    const { data, error } = sentEvent.safeParse(value);
    if (error) throw new ValidationError(inputErrors(error.issues, { type: 'body' }));
    const { id, type, page, visitor, country, device } = data;
    const at = timeOf(data, receivedAt);
    return {
      id,
      type: this.types.nameOf(type),
      at,
      page: type === VIEW ? page : undefined,
      visitor,
      country,
      device,
    };
  }
}

function refusal(index: number, error: unknown): RefusedEvent {
  if (error instanceof ValidationError) {
    const errors = error.errors.map(({ path, message }) => ({ path, message }));
    return { index, code: error.code, message: 'The event is not as it should be.', errors };
  }
  if (error instanceof ClientClockError) {
    return { index, code: error.code, message: error.message };
  }
  throw error;
}
