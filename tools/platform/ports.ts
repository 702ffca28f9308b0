import getPort from 'get-port';
import { isPortFree } from '../stores/ports.ts';
import { Failure } from '../terminal/failure.ts';
import { DEFAULT_PORTS, portVariable, SERVICE_NAMES, type ServiceName } from './services.ts';

export type ServicePorts = Record<ServiceName, number>;

const HIGHEST = 65_535;

/** The usual ports, or those of USERS_PORT and its siblings, moved by `offset`. */
export function fixedPorts(env: NodeJS.ProcessEnv, offset: number): ServicePorts {
  const portOf = (service: ServiceName): number => {
    const variable = portVariable(service);
    const value = env[variable];
    const port = (value ? Number(value) : DEFAULT_PORTS[service]) + offset;
    if (Number.isInteger(port) && port > 0 && port <= HIGHEST) return port;
    const asked = value ? `${variable}: got "${value}"` : `--port-offset: got "${offset}"`;
    throw new Failure(`${asked}; the port of ${service} must be from 1 to ${HIGHEST}.`);
  };
  return { users: portOf('users'), content: portOf('content'), analytics: portOf('analytics') };
}

/** Ports that nobody uses now. */
export async function freeServicePorts(): Promise<ServicePorts> {
  const [users, content, analytics] = await Promise.all(SERVICE_NAMES.map(freePort));
  return { users: users ?? 0, content: content ?? 0, analytics: analytics ?? 0 };
}

export async function freePort(): Promise<number> {
  return getPort({ host: '127.0.0.1' });
}

/** @throws Failure that names the first port that is taken, and whose it should have been. */
export async function checkPortsAreFree(ports: ServicePorts): Promise<void> {
  for (const service of SERVICE_NAMES) {
    const port = ports[service];
    if (await isPortFree(port)) continue;
    throw new Failure(
      `Port ${port}, where ${service} should listen, is taken: stop what uses it, set ` +
        `${portVariable(service)}, or move all three with --port-offset 100.`,
    );
  }
}
