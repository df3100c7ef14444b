// A shard's signalling side as a census sees it: prosody with mod_muc_census and the signal-sidecar
// that polls it. Two HTTP servers in this process; tests say which rooms there are.

import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A room as prosody knows it. Occupants are those of the main MUC, jicofo's focus included. */
export interface SignalRoom {
  /** The local part and the domain, as in `[acme]x@conference.meet.example`. */
  readonly jid: string;
  readonly occupants: number;
  /** Milliseconds; absent until a second occupant has come. */
  readonly createdAtMs?: number;
  readonly leaked?: boolean;
}

export interface SignalShardOptions {
  readonly name: string;
  readonly domain: string;
  readonly host?: string;
  /** The module of two years ago: `{}` for no rooms, and nothing is called leaked. */
  readonly hasOldModule?: boolean;
}

export interface SignalShard {
  readonly name: string;
  readonly host: string;
  readonly sidecarPort: number;
  readonly prosodyPort: number;
  /** What the tests change; every answer is of now. */
  readonly state: {
    rooms: readonly SignalRoom[];
    isPolled: boolean;
    doesProsodyAnswer: boolean;
    isHealthy: boolean;
  };
  /** The report that the sidecar writes to Consul, as text. */
  report(at: Date): string;
  stop(): Promise<void>;
}

export async function startSignalShard({
  name,
  domain,
  host = '127.0.0.1',
  hasOldModule = false,
}: SignalShardOptions): Promise<SignalShard> {
  const state = { rooms: [] as readonly SignalRoom[], isPolled: true, doesProsodyAnswer: true, isHealthy: true };

  const census = () =>
    state.rooms
      .filter(({ jid }) => !jid.startsWith('__jicofo-health-check') && jid.endsWith(`@conference.${domain}`))
      .map(({ jid, occupants, createdAtMs, leaked = false }) => ({
        room_name: jid,
        participants: occupants - 1,
        ...(createdAtMs === undefined ? {} : { created_time: String(createdAtMs) }),
        ...(hasOldModule ? {} : { leaked }),
      }));
  // Lua writes an empty table as an object, unless the module says that it is a list.
  const prosodyAnswer = () => {
    const rooms = census();
    return JSON.stringify({ room_census: hasOldModule && rooms.length === 0 ? {} : rooms });
  };
  // The sidecar has parsed it, and turns a missing list into an empty one.
  const polled = () => (state.doesProsodyAnswer ? (JSON.parse(prosodyAnswer()).room_census ?? []) : null);
  const reported = (at: Date) => ({
    time: at.toISOString(),
    healthy: state.isHealthy,
    healthdamped: state.isHealthy,
    status: 'ready',
    weight: '100%',
    agentmessage: state.isHealthy ? 'up ready 100%\n' : 'down\n',
    services: { jicofoReachable: true, jicofoStatusCode: 200, prosodyReachable: state.doesProsodyAnswer },
    statuses: { statusFileFound: true, statusFileContents: 'ready' },
    stats: { jicofoParticipants: 0, jicofoConferences: state.rooms.length, prosodyParticipants: 0 },
  });

  const prosody = await serve(host, (request, response) => {
    const asked = request.headers.host?.replace(/:\d+$/, '');
    if (request.url !== '/room-census' || (asked !== domain && asked !== `focus.${domain}`))
      return answer(response, 404);
    // A host that has no `conference.` of its own.
    if (asked !== domain) return answer(response, 400);
    if (!state.doesProsodyAnswer) return answer(response, 500);
    return answer(response, 200, prosodyAnswer(), 'application/json');
  });
  const sidecar = await serve(host, (request, response) => {
    if (request.url === '/signal/health') return answer(response, state.isHealthy ? 200 : 503, 'OK');
    if (request.url === '/signal/report') return answer(response, 200, JSON.stringify(reported(new Date())));
    if (request.url === '/signal/census' && state.isPolled) {
      return answer(response, 200, JSON.stringify({ room_census: polled() }));
    }
    return answer(response, 404);
  });
  return {
    name,
    host,
    sidecarPort: portOf(sidecar),
    prosodyPort: portOf(prosody),
    state,
    report: (at) => JSON.stringify({ ...reported(at), census: polled() }),
    stop: async () => {
      await Promise.all([prosody, sidecar].map(close));
    },
  };
}

function answer(response: http.ServerResponse, status: number, text = '', type = 'text/html; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type }).end(text);
}

function serve(host: string, listener: http.RequestListener): Promise<http.Server> {
  return new Promise((resolve, reject) => {
    const server = http.createServer(listener).once('error', reject);
    server.listen(0, host, () => resolve(server));
  });
}

function portOf(server: http.Server): number {
  return (server.address() as AddressInfo).port;
}

function close(server: http.Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
