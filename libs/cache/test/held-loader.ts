/** A loader that says when it has read its source, and goes on when it is let. */
export function heldLoader(value: string) {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const load = async () => {
    started.resolve();
    await gate.promise;
    return value;
  };
  return { load, started: started.promise, letGo: () => gate.resolve() };
}
