/** Called after each step of something long, by whoever must be told that it goes on. */
export type OnStep = () => Promise<void>;

/** Documents that one step takes: few enough for the deadline of a query. */
export const STEP = 200;
