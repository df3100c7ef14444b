// What each proxy does with the next request for one conference, and by which rule of HAProxy's.

import { spellEntry } from '../domain/entry.ts';
import type { ExplainedRoute, HeldEntry, NextRequest } from '../domain/explanation.ts';
import type { ProxyView } from '../domain/view.ts';
import { ABSENT, DUPLICATE, notFollowedAt, PARTLY, type RoutedGrid } from './routed-grid.ts';

const ANEW = 'its next request overwrites the entries of all';

/** One for each proxy of the run, read or not, in its order. */
export function explainRoutes(look: RoutedGrid, row: number): readonly ExplainedRoute[] {
  return look.context.views.map((view, proxy) => {
    const { next, because } = nextRequest(look, row, proxy);
    const named = 'shard' in next ? next.shard : null;
    const directory = look.context.directories[proxy]!;
    const entry = look.context.evidence[proxy] === 'none' ? null : entryAt(look, row, proxy);
    return {
      proxy: view.name,
      region: view.region,
      haproxy: view.haproxy,
      status: view.status,
      trouble: view.trouble,
      entry,
      next,
      shardState: named === null ? null : directory.stateOf(named),
      doubt: named === null ? null : directory.doubtOf(named),
      isMixed: entry !== null && (look.routeAt(row, proxy)?.mixed ?? false),
      because,
    };
  });
}

function entryAt({ grid }: RoutedGrid, row: number, proxy: number): HeldEntry | null {
  const number = grid.labelAt(row, proxy);
  if (number === 0) return null;
  const { serverId, serverKey } = grid.labelsOf(proxy)[number - 1]!;
  return { serverId, serverKey, expiresInMs: grid.expiresInMs(row, proxy) };
}

interface Explained {
  readonly next: NextRequest;
  readonly because: string;
}

function nextRequest(look: RoutedGrid, row: number, proxy: number): Explained {
  const { views, evidence, serverless } = look.context;
  const view = views[proxy]!;
  if (evidence[proxy] === 'none') {
    return serverless[proxy]
      ? { next: { does: 'unknown', why: 'not-sticky' }, because: 'its entries name no server' }
      : { next: { does: 'unknown', why: 'unread' }, because: unreadWords(view) };
  }
  if (look.shardAt(row, proxy) === ABSENT) {
    return evidence[proxy] === 'full'
      ? { next: { does: 'placed-anew', why: 'absent', shard: null }, because: 'no entry' }
      : { next: { does: 'unknown', why: 'truncated' }, because: `not in what was read: ${unreadWords(view)}` };
  }
  return ofEntry(look, row, proxy);
}

function unreadWords({ trouble, status }: ProxyView): string {
  return trouble?.message ?? `the proxy is ${status}`;
}

function ofEntry(look: RoutedGrid, row: number, proxy: number): Explained {
  const { grid, context } = look;
  const route = look.routeAt(row, proxy)!;
  const label = grid.labelsOf(proxy)[grid.labelAt(row, proxy) - 1]!;
  if (look.shardAt(row, proxy) === DUPLICATE) {
    const readings = (label.readings ?? [label]).map(spellEntry).join(' and as ');
    return {
      next: { does: 'unknown', why: 'duplicated' },
      because: `the dump shows it as ${readings}: which of them counts is not known`,
    };
  }
  if (route.shard === null && route.reason !== 'no-server') {
    const why = route.reason === 'ambiguous' ? 'ambiguous' : 'no-addresses';
    const because =
      why === 'ambiguous'
        ? 'it means several shards in the backends that serve the table: which one depends on the request'
        : 'no server address is known there';
    return { next: { does: 'unknown', why }, because };
  }
  const rule = route.keyShards.length > 0 ? 'server-key' : 'server-id';
  const why = notFollowedAt(look, row, proxy);
  const shard = route.shard;
  if (why === null)
    return { next: { does: 'followed', rule, shard: shard! }, because: followedWords(look, row, proxy) };
  const next: NextRequest = { does: 'placed-anew', why, shard };
  const directory = context.directories[proxy]!;
  if (shard === null) return { next, because: `neither its server_key nor its server_id names a server here: ${ANEW}` };
  const partly = (look.marksAt(row, proxy) & PARTLY) !== 0;
  const unusable =
    why === 'no-server'
      ? 'a backend that serves the table lacks the shard'
      : `the shard is ${directory.stateOf(shard) === 'down' ? 'down' : 'in maintenance'} here`;
  return { next, because: `${unusable}${partly ? ', and usable in another backend' : ''}: ${ANEW}` };
}

/** What is unusual about it; empty where the key names the shard and nothing contradicts it. */
function followedWords(look: RoutedGrid, row: number, proxy: number): string {
  const { grid, context } = look;
  const { serverId, serverKey } = grid.labelsOf(proxy)[grid.labelAt(row, proxy) - 1]!;
  const { keyShards, mixed } = look.routeAt(row, proxy)!;
  if (keyShards.length === 0)
    return serverKey === null ? 'it has no server_key' : 'its server_key names no server here';
  const others = [...(context.directories[proxy]!.byId.get(serverId) ?? [])].join(' and ');
  return mixed ? `server_id ${serverId} is ${others} and does not count` : '';
}
