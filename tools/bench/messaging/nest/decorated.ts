import { Controller, Module, type ModuleMetadata, type Type } from '@nestjs/common';

/** As those of Nest that bind a method to a pattern. */
type HandlerDecorator = (
  target: object,
  key: string,
  descriptor: TypedPropertyDescriptor<(payload: unknown) => unknown>,
) => void;

/**
 * A controller with one method, which the decorator binds to a pattern. Node runs this code without
 * compiling it, and so without the syntax of decorators.
 */
export function controllerOf(
  decorator: HandlerDecorator,
  handle: (payload: never) => unknown,
): Type {
  class BenchController {
    handle(payload: unknown): unknown {
      return handle(payload as never);
    }
  }
  const { prototype } = BenchController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'handle');
  if (descriptor) decorator(prototype, 'handle', descriptor);
  Controller()(BenchController);
  return BenchController;
}

export function moduleOf(metadata: ModuleMetadata): Type {
  class BenchModule {}
  Module(metadata)(BenchModule);
  return BenchModule;
}
