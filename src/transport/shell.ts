// What a shell is to the program: a command on the host of a proxy, run by the login's user.

/** What a command printed: the first bytes of each stream. */
export interface Printed {
  readonly output: string;
  readonly complaint: string;
}

/** A command for any shell, and what it gets on standard input. */
export interface ShellCommand {
  readonly command: string;
  readonly input: string;
}

/**
 * Runs a command. Resolves to `null` where the host runs no command of this program (a forced
 * command, no session). Rejects with `TransportError` where the host cannot be asked.
 */
export type Shell = (asked: ShellCommand, signal: AbortSignal) => Promise<Printed | null>;
