import { z } from 'zod';

import { defineEvent } from './contract.js';

/**
 * What is told of something that somebody did on a site, for figures alone: by browsers over HTTP, by
 * services as `events.recorded`.
 */
export const eventFields = {
  type: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/)
    .describe('What happened, such as `view`.')
    .meta({ example: 'view' }),
  page: z
    .string()
    .regex(/^\/[!"$->@-~]{0,199}$/)
    .optional()
    .describe('The path that was viewed, without query and fragment. Only views have one.')
    .meta({ example: '/posts/1' }),
  visitor: z
    .string()
    .regex(/^[\w.~-]{8,64}$/)
    .optional()
    .describe('Tells people apart and says nothing else of them, such as a random id.')
    .meta({ example: '6f1d2a9c3b' }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe('ISO 3166, two letters.')
    .meta({ example: 'DE' }),
  device: z.enum(['desktop', 'mobile', 'tablet', 'other']).optional(),
};

/** Published by any service for what it wants counted in live figures. */
export const eventRecorded = defineEvent(
  'events.recorded',
  z.object({ ...eventFields, at: z.iso.datetime() }),
);
