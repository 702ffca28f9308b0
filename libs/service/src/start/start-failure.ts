import { ConfigError } from '@trilith/config';
import { isStoreFailure } from '../problems/store-failure.js';
import { showStores, type Stores } from './reachable.js';
import { StartError } from './start.error.js';

/**
 * The lines that explain a failed start to an operator; undefined for a fault of the program, which
 * needs its stack trace.
 */
export function explainStartFailure(error: unknown, stores: Stores): readonly string[] | undefined {
  if (error instanceof ConfigError) return error.mistakes;
  if (error instanceof StartError) return [oneLine(error.message)];
  const listen = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (listen?.syscall === 'listen') return [explainListen(listen)];
  if (isStoreFailure(error)) {
    return [`a store cannot be used: ${oneLine(deepestMessage(error))}${showStores(stores)}`];
  }
  return undefined;
}

function explainListen(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  const { code, address, port } = error;
  if (code === 'EADDRINUSE') return `port ${port} on ${address} is taken; set PORT to a free one`;
  if (code === 'EACCES') return `port ${port} on ${address} needs more rights; set PORT to another`;
  if (code === 'EADDRNOTAVAIL')
    return `this machine has no address ${address}; set HOST to one it has`;
  return `cannot listen on ${address}:${port} (${code})`;
}

function deepestMessage(error: unknown): string {
  const { cause, errors, message } = error as {
    cause?: unknown;
    errors?: unknown;
    message?: unknown;
  };
  const inner = Array.isArray(errors) ? errors.at(-1) : cause;
  return inner instanceof Error ? deepestMessage(inner) : String(message);
}

function oneLine(message: string): string {
  // Drivers repeat the address they were given: a password in it must not reach the terminal.
  return message.replace(/(\/\/[^/@\s:]*:)[^\s/]*@/g, '$1***@').replace(/\s*\n\s*/g, ' ');
}
