import { Injectable } from '@nestjs/common';

/** What time it is. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
