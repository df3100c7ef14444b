// moto, the independent stand-in for AWS that scripts/fetch-moto.sh unpacks: a process of its own
// on loopback.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atExit } from '../at-exit.ts';
import { claimPorts } from '../free-ports.ts';
import { until } from '../until.ts';

const program = fileURLToPath(new URL('../../.cache/moto/moto-server', import.meta.url));

/** Why it cannot be used, or `null`; said aloud once. */
export function motoLacking(): string | null {
  if (existsSync(program)) return null;
  const reason = 'no moto: run scripts/fetch-moto.sh';
  console.warn(`not tested: ${reason}`);
  return reason;
}

export interface MotoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Resolves when it answers. */
export async function startMoto(): Promise<MotoServer> {
  const block = await claimPorts(1);
  const [port] = block.ports;
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    forget();
    await block.release();
  };
  try {
    await until(
      () => `moto answers at ${url}; it said: ${said}`,
      async () => {
        if (child.exitCode !== null) throw new Error(`moto ended: ${said}`);
        return (await fetch(`${url}/moto-api/`).catch(() => null))?.ok ? true : null;
      },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
