/** Makes the wall clock of this process wrong by so many milliseconds. */
export function setClockWrong(offsetMs: number): void {
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      if (given.length > 0) super(...(given as [number]));
      else super(RealDate.now() + offsetMs);
    }

    static override now(): number {
      return RealDate.now() + offsetMs;
    }
  } as DateConstructor;
}
