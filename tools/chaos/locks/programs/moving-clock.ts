/** Lets the wall clock of this process jump about, to that many milliseconds before or behind. */
export function moveClock(mostMs: number): void {
  const RealDate = Date;
  let offset = 0;
  setInterval(() => (offset = (Math.random() * 2 - 1) * mostMs), 50).unref();
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      if (given.length > 0) super(...(given as [number]));
      else super(RealDate.now() + offset);
    }

    static override now(): number {
      return RealDate.now() + offset;
    }
  } as DateConstructor;
}
