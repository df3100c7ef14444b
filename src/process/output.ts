// Standard output and standard error, which may be full, closed, or gone while a run goes on.

/**
 * Who writes learns what came of it; a failure that nobody listens for would end the process in the
 * middle of its work.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * Resolves when the text is out of the process, so that ending it loses nothing; a reader that went
 * away (`| head`) is no error.
 */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
