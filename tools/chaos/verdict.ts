import type { Finding } from './experiment.ts';

/** What was counted, and what of it must be nought, or not. */
export interface Evidence {
  readonly figures: Readonly<Record<string, number>>;
  /** Names of figures that must be 0: else the promise is broken. */
  readonly none: readonly string[];
  /** Names of figures that must be more than 0: else the faults were none, and nothing is proven. */
  readonly some: readonly string[];
}

/** Holds the figures against what was promised. */
export function verdict({ figures, none, some }: Evidence): Finding {
  const broken = none.filter((name) => figures[name] !== 0);
  const unproven = some.filter((name) => !(Number(figures[name]) > 0));
  return {
    figures,
    held: broken.length === 0 && unproven.length === 0,
    reasons: [
      ...broken.map((name) => `${name}: ${figures[name]}, where none was promised`),
      ...unproven.map((name) => `${name}: none, so that nothing is proven`),
    ],
  };
}
