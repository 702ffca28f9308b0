import { setTimeout as sleep } from 'node:timers/promises';

import { KeptServers } from '../src/redis-servers/kept-servers.js';
import { RedisProcess } from '../src/redis-servers/redis-process.js';

/** A test that starts a server, and is then killed. */
const server = await RedisProcess.start(new KeptServers(), {});
process.stdout.write(`${JSON.stringify({ pid: server.pid, folder: server.folder })}\n`);
await sleep(600_000);
