// The logins of a run: one at each bastion, shared by all proxies behind it, and one at each
// proxy's host.

import type { Duplex } from 'node:stream';
import { hostAndPort } from '../../domain/address.ts';
import type { Endpoint, ProxyTarget } from '../../domain/proxy.ts';
import type { Hop, SshSettings } from '../../domain/settings.ts';
import { type Patience, startDeadline, unlessAborted, type Wait } from '../deadline.ts';
import { connectTcp } from '../socket.ts';
import { openChannel } from './channel.ts';
import { hopsTo, spellHop } from './hops.ts';
import { login } from './login.ts';
import { limitLogins } from './login-limit.ts';
import type { Login, Way } from './way.ts';

/** A proxy that is reached by SSH. */
export type SshTarget = ProxyTarget & { readonly endpoint: Extract<Endpoint, { kind: 'ssh' }> };

/**
 * Makes a login on the target's host. Rejects with `TransportError`. The caller closes the login.
 */
export type LogIn = (target: SshTarget, wait: Wait) => Promise<Login>;

/** A host to log in at, and the bastions on the way to it, the nearest first. */
interface Destination {
  readonly hop: Hop;
  readonly way: readonly Hop[];
}

/** A login that several others go through; it ends with the last of them. */
interface Bastion {
  readonly login: Promise<Login>;
  readonly leaving: AbortController;
  users: number;
}

/** Logins by the built-in client (ssh2). */
export function builtinLogins(settings: SshSettings, patience: Patience): LogIn {
  const bastions = new Map<string, Bastion>();
  const byTurns = limitLogins();

  /** `way` are the bastions up to here. The caller closes the login that it gets. */
  async function logInAt(hop: Hop, way: readonly Hop[], wait: Wait): Promise<Login> {
    if (way.length === 0) return enter({ hop, way }, wait, () => connectTcp(hop, false));
    const bastion = share(way);
    const leave = () => release(way, bastion);
    try {
      wait.queues({
        what: `the login at the bastion ${spellHop(way.at(-1)!)}`,
        remedy: 'Look at that host: every proxy behind it waits for the same login.',
      });
      const through = await unlessAborted(bastion.login, wait.signal);
      const onward: Way = { kind: 'tcp', host: hop.host, port: hop.port };
      const place = `${hostAndPort(hop.host, hop.port)} from the jump host ${way.at(-1)!.host}`;
      const inner = await enter({ hop, way }, wait, () => {
        wait.awaits({
          what: `${way.at(-1)!.host} to connect to ${hostAndPort(hop.host, hop.port)}`,
          remedy: 'Check the route and firewalls between the bastion and that host.',
        });
        return openChannel(through, { place, way: onward }, wait.signal);
      });
      const close = async () => {
        await inner.close();
        await leave();
      };
      return { ...inner, close };
    } catch (error) {
      // Not waited for: it takes up to a second where the jump host is silent, and the caller must
      // know of the failure at once.
      void leave();
      throw error;
    }
  }

  function enter({ hop, way }: Destination, wait: Wait, connect: () => Duplex | Promise<Duplex>): Promise<Login> {
    const sshd = [...way.map(spellHop), hostAndPort(hop.host, hop.port)].join(' > ');
    return byTurns({ sshd, user: hop.user }, wait, async () => login({ hop, settings }, await connect(), wait));
  }

  function share(way: readonly Hop[]): Bastion {
    const name = way.map(spellHop).join(' > ');
    const known = bastions.get(name);
    if (known) {
      known.users++;
      return known;
    }
    const leaving = new AbortController();
    const deadline = startDeadline(spellHop(way.at(-1)!), patience, [leaving.signal]);
    const opening = logInAt(way.at(-1)!, way.slice(0, -1), deadline).finally(deadline.release);
    const bastion: Bastion = { login: opening, leaving, users: 1 };
    bastions.set(name, bastion);
    const forget = () => {
      if (bastions.get(name) === bastion) bastions.delete(name);
    };
    opening.then(({ broken }) => {
      if (broken.aborted) forget();
      else broken.addEventListener('abort', forget, { once: true });
    }, forget);
    return bastion;
  }

  async function release(way: readonly Hop[], bastion: Bastion): Promise<void> {
    if (--bastion.users > 0) return;
    const name = way.map(spellHop).join(' > ');
    if (bastions.get(name) === bastion) bastions.delete(name);
    bastion.leaving.abort();
    await bastion.login.then(
      (open) => open.close(),
      () => {},
    );
  }

  return (target, wait) => logInAt(target.endpoint, hopsTo(target, settings.jumps), wait);
}
