// An SSH server in this process (ssh2's own), for faults that a real sshd does not commit on
// demand.

import net, { type AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type ServerConfig, type Session } from 'ssh2';

/**
 * What the server does; what is not said works: everyone may log in, and every command and
 * forwarding is answered with `<request>`.
 */
export interface Script {
  readonly config?: Partial<ServerConfig>;
  readonly authentication?: (context: AuthContext) => void;
  /** Takes the connection over once the login is done. */
  readonly ready?: (connection: Connection) => void;
  readonly exec?: (channel: ServerChannel, command: string) => void;
  readonly execRefused?: boolean;
  /** A forced command: whatever is asked for, `exec` is what runs. */
  readonly ignoresCommands?: boolean;
}

export interface ScriptedSshd {
  readonly port: number;
  /** A line of known_hosts. */
  readonly hostKeyLine: string;
  readonly logins: () => number;
  /** Breaks every connection without a goodbye. */
  cut(): void;
  stop(): Promise<void>;
}

/**
 * About one in some hundred keys that ssh2 1.17 makes is one that it cannot read itself: then
 * another one.
 */
export function makeKeys(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  for (;;) {
    const keys = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(keys.private) instanceof Error)) return keys;
  }
}

export async function startScriptedSshd(script: Script = {}): Promise<ScriptedSshd> {
  const keys = makeKeys();
  const sockets = new Set<net.Socket>();
  let logins = 0;
  const server = new ssh2.Server({ hostKeys: [keys.private], ...script.config }, (connection) => {
    connection.on('error', () => {});
    connection.on('authentication', script.authentication ?? ((context) => context.accept()));
    connection.on('ready', () => {
      logins++;
      (script.ready ?? ((ready) => serveAll(ready, script)))(connection);
    });
  });
  // ssh2's server takes sockets by hand, so that they can be cut.
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    // As OpenSSH does: against Nagle's algorithm, which makes an answer 40 ms late.
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    server.injectSocket(socket);
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    hostKeyLine: `[127.0.0.1]:${port} ${keys.public.trim()}`,
    logins: () => logins,
    cut,
    stop: async () => {
      cut();
      await new Promise((done) => listener.close(done));
    },
  };
}

function serveAll(connection: Connection, script: Script): void {
  connection.on('session', (acceptSession) => {
    const session: Session = acceptSession();
    session.on('exec', (accept, reject, { command }) => {
      if (script.execRefused) return reject();
      const channel = accept();
      // As a shell would, for the one thing that our commands begin with.
      const [, mark, rest = command] = /^echo '([^']*)'; (.*)$/s.exec(command) ?? [];
      if (mark !== undefined && !script.ignoresCommands) channel.write(`${mark}\n`);
      const run = script.exec ?? echo;
      channel.once('readable', () => {
        const begun: Buffer | null = channel.read();
        // Somebody who says nothing only wants to see the mark.
        if (begun === null) return finish(channel, 0);
        channel.unshift(begun);
        run(channel, script.ignoresCommands ? command : rest);
      });
    });
  });
  connection.on('openssh.streamlocal' as 'tcpip', (accept) => echo(accept()));
  connection.on('tcpip', (accept, _reject, { destIP, destPort }) => {
    const channel = accept();
    const onward = net.connect({ host: destIP, port: destPort });
    onward.on('error', () => channel.destroy());
    onward.on('close', () => channel.destroy());
    channel.on('error', () => {});
    channel.on('close', () => onward.destroy());
    channel.pipe(onward).pipe(channel);
  });
}

/** Reads the request to its end, then does what `answer` says. */
export function whenAsked(channel: ServerChannel, answer: (request: string) => void): void {
  let request = '';
  channel.on('error', () => {});
  channel.on('data', (chunk: Buffer) => {
    request += chunk.toString('latin1');
  });
  channel.on('end', () => answer(request));
}

/** Ends a command as a shell would: exit code, then close. */
export function finish(channel: ServerChannel, code: number): void {
  channel.exit(code);
  channel.end();
}

function echo(channel: ServerChannel): void {
  whenAsked(channel, (request) => {
    channel.write(Buffer.from(`<${request}>`, 'latin1'));
    if (channel.stderr) finish(channel, 0);
    else channel.end();
  });
}
