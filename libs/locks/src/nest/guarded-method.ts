import { Inject, type Type } from '@nestjs/common';

/** Does, or does not, what the method would do. */
type Guard<Service> = (call: {
  readonly service: Service;
  readonly args: readonly unknown[];
  readonly proceed: () => Promise<unknown>;
}) => Promise<unknown>;

/** Where a guard is put. */
export interface GuardedPlace {
  readonly target: object;
  readonly key: string | symbol;
  readonly descriptor: PropertyDescriptor;
}

/**
 * Replaces a method of a provider or controller by one that asks the guard. What the guard needs is
 * injected into the instance, so that a missing module stops the boot.
 */
export function guardMethod<Service>(
  { target, key, descriptor }: GuardedPlace,
  token: Type<Service>,
  guard: Guard<Service>,
): void {
  const method = descriptor.value as (...args: unknown[]) => Promise<unknown>;
  const property = Symbol(token.name);
  Inject(token)(target, property);
  async function guarded(this: Record<symbol, Service>, ...args: unknown[]): Promise<unknown> {
    const service = this[property];
    if (service === undefined) throw new TypeError(`${nameOf({ target, key })}: made without Nest`);
    return guard({ service, args, proceed: async () => method.apply(this, args) });
  }
  descriptor.value = Object.defineProperty(guarded, 'name', { value: method.name });
  copyMetadata(method, guarded);
}

/** `ReportsService.build`. */
export function nameOf({ target, key }: Pick<GuardedPlace, 'target' | 'key'>): string {
  return `${target.constructor.name}.${String(key)}`;
}

/** What decorators below have said of the method, such as when it is to run. */
function copyMetadata(from: object, to: object): void {
  for (const key of Reflect.getOwnMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}
