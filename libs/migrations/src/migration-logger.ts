/** Where a run tells what it does. `console` and pino's loggers fit. */
export interface MigrationLogger {
  info(message: string): void;
  warn(message: string): void;
}
