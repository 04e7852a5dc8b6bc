import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what Linux hands out by itself: between our look and the program's start no other test gets them by chance. */
const LOWEST = 12_000;
const HIGHEST = 32_000;
const ATTEMPTS = 20;

/** So many ports that nobody listens on just now, for a program that must be told its ports. */
export async function freePorts(count: number): Promise<readonly number[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (await areFree(ports)) return ports;
  }
  throw new Error(`no ${count} free ports in a row in ${ATTEMPTS} attempts`);
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const servers = ports.map((port) => createServer().listen(port, '127.0.0.1'));
  const bound = await Promise.allSettled(servers.map((server) => once(server, 'listening')));
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return bound.every(({ status }) => status === 'fulfilled');
}
