// The commands that join an SSH channel to a stats socket: socat alone, or socat with gzip behind
// it. Pure.

import { abstractName } from '../../domain/proxy.ts';

const SOCAT = 'socat -b65536 -t30 -';

/** Commands for the login user's shell, whichever shell that is. */
export interface SocatCommands {
  readonly plain: string;
  /**
   * Its exit code is socat's. It prints socat's output, compressed where the host has gzip and
   * nice.
   */
  readonly compressed: string;
}

/** `sudo` runs socat only: sudoers need not name gzip or a shell. */
export function socatCommands(path: string, sudo: boolean): SocatCommands {
  const address = quote(addressOf(path));
  return {
    plain: `${socat(sudo)} ${address}`,
    compressed: `sh -c ${quote(compressing(`${socat(sudo)} "$1"`))} sh ${address}`,
  };
}

/**
 * The line of sudoers that lets `user` run the command for this socket and nothing else. `:`, `,`,
 * `=` and `\\` have a meaning in sudoers.
 */
export function sudoersLine(user: string, path: string): string {
  // After sudoers' own escapes, fnmatch turns `\\\\` into a backslash.
  const words = addressOf(path)
    .replace(/\\/g, '\\\\')
    .replace(/[\\:,=]/g, '\\$&');
  return `${user} ALL=(root) NOPASSWD: /usr/bin/${SOCAT} ${words}`;
}

/**
 * socat gives a meaning to some punctuation in an address; a backslash makes any character literal.
 * HAProxy fills up the name of an abstract socket with NULs, and `unix-tightsocklen=0` makes socat
 * do so too.
 */
function addressOf(path: string): string {
  const name = abstractName(path);
  const escaped = (name ?? path).replace(/[^\w./-]/g, '\\$&');
  return name === null ? `UNIX-CONNECT:${escaped}` : `ABSTRACT-CONNECT:${escaped},unix-tightsocklen=0`;
}

/**
 * `-t30`: seconds that socat waits for more after our half-close; its default of 0.5 s would cut a
 * dump in which HAProxy pauses. `-b65536`: HAProxy writes 16 KB at once, and socat by default
 * passes on 8 KB. `sudo -n` fails at once instead of asking for a password.
 */
function socat(sudo: boolean): string {
  return `${sudo ? 'sudo -n ' : ''}${SOCAT}`;
}

/**
 * POSIX sh has no pipefail: a pipeline ends with the exit code of its last command. So socat's exit
 * code passes gzip through descriptor 4 into a variable, while gzip writes to the original standard
 * output, descriptor 3. The command is one line, because csh permits no line feed between quotes.
 * `nice` lets the proxy go first. For a dump of 25 MB, level 3 gives a tenth less than level 1 for
 * 0.03 s more (0.2 s in all); level 6 takes 0.3 s for another tenth.
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
