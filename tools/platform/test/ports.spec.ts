import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkPortsAreFree, fixedPorts, freeServicePorts } from '../ports.ts';

describe("the services' ports", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  it('are the usual ones, moved together or singly', () => {
    expect(fixedPorts({}, 0)).toEqual({ users: 3001, content: 3002, analytics: 3003 });
    expect(fixedPorts({}, 100)).toEqual({ users: 3101, content: 3102, analytics: 3103 });
    expect(fixedPorts({ CONTENT_PORT: '4000' }, 0)).toMatchObject({ users: 3001, content: 4000 });
  });

  it.each(['abc', '0', '65536', '3001.5', '-1'])('refuse %s, naming the variable', (value) => {
    expect(() => fixedPorts({ CONTENT_PORT: value }, 0)).toThrow(
      `CONTENT_PORT: got "${value}"; the port of content must be from 1 to 65535.`,
    );
  });

  it('that are taken are told with the service, before anything starts', async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ports = { ...(await freeServicePorts()), content: port };
    await expect(checkPortsAreFree(ports)).rejects.toThrow(
      new RegExp(`^Port ${port}, where content should listen, is taken: [^\\n]+$`),
    );
  });

  it('differ when any free ones are asked for', async () => {
    const ports = await freeServicePorts();
    expect(new Set(Object.values(ports)).size).toBe(3);
    await expect(checkPortsAreFree(ports)).resolves.toBeUndefined();
  });
});
