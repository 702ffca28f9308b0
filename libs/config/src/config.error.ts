/** The environment does not describe a valid configuration. Its message holds one line per mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param mistakes one line each: the variable, what it got (never a secret's value) and what it
   *   takes, as in `PORT: got "abc"; takes a whole number from 0 to 65535`
   */
  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join('\n'));
  }
}
