// The commands that join an SSH channel to a stats socket: socat alone, and socat with gzip behind
// it. Pure.

import { abstractName } from '../../domain/proxy.ts';

const SOCAT = 'socat -b65536 -t30 -';

/** For the login user's shell, whichever that is. */
export interface SocatCommands {
  readonly plain: string;
  /**
   * Ends as socat ends, and prints what socat prints: compressed where the host has gzip and nice.
   */
  readonly compressed: string;
}

/** `sudo` is for socat only: neither gzip nor a shell needs to be in sudoers. */
export function socatCommands(path: string, sudo: boolean): SocatCommands {
  const address = quote(addressOf(path));
  return {
    plain: `${socat(sudo)} ${address}`,
    compressed: `sh -c ${quote(compressing(`${socat(sudo)} "$1"`))} sh ${address}`,
  };
}

/**
 * The line of sudoers that lets `user` run the very command that is run for this socket, and
 * nothing else. sudoers gives a meaning to `:`, `,`, `=` and `\\` in a command's words.
 */
export function sudoersLine(user: string, path: string): string {
  // What is left of `\\\\` when sudo compares, by fnmatch, is a backslash.
  const words = addressOf(path)
    .replace(/\\/g, '\\\\')
    .replace(/[\\:,=]/g, '\\$&');
  return `${user} ALL=(root) NOPASSWD: /usr/bin/${SOCAT} ${words}`;
}

/**
 * socat gives a meaning to some punctuation in an address, and takes any character behind a
 * backslash as it is. HAProxy fills up the name of an abstract socket with NULs, which is what
 * `unix-tightsocklen=0` asks for.
 */
function addressOf(path: string): string {
  const name = abstractName(path);
  const escaped = (name ?? path).replace(/[^\w./-]/g, '\\$&');
  return name === null ? `UNIX-CONNECT:${escaped}` : `ABSTRACT-CONNECT:${escaped},unix-tightsocklen=0`;
}

/**
 * `-t30`: socat waits that long for more once our half-close has reached it; its default of 0.5 s
 * would cut a dump in which HAProxy pauses. `-b65536`: HAProxy writes 16 KB at once, socat would
 * pass on 8. `sudo -n` fails at once where it would ask for a password.
 */
function socat(sudo: boolean): string {
  return `${sudo ? 'sudo -n ' : ''}${SOCAT}`;
}

/**
 * POSIX sh has no pipefail, and a pipeline ends as its last command does: socat's status goes round
 * gzip by descriptor 4, into a variable, while gzip writes to what was standard output, descriptor
 * 3. One line, for csh takes no line feed between quotes. gzip yields to the proxy (`nice`). Of 25
 * MB of dump, level 3 leaves a tenth less than level 1 for 0.03 s more, 0.2 s in all; 6 takes 0.3 s
 * for another tenth.
 */
function compressing(command: string): string {
  return [
    `command -v gzip >/dev/null && command -v nice >/dev/null || exec ${command}`,
    'exec 3>&1',
    `status=$({ { ${command} 3>&- 4>&-; echo $? >&4; } | nice gzip -3 >&3 3>&- 4>&-; } 4>&1) || { echo "gzip ended with $?" >&2; exit 1; }`,
    'exit "$status"',
  ].join('; ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
