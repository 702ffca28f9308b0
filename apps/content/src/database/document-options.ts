/**
 * What every schema starts from. Collections and indexes are made by migrations alone; a field that
 * a schema does not know is a mistake in a write and in a filter, never silently dropped.
 */
export const documentOptions = {
  autoCreate: false,
  autoIndex: false,
  bufferCommands: false,
  id: false,
  strict: 'throw',
  strictQuery: 'throw',
  versionKey: false,
} as const;
