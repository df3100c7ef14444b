// Standard output and standard error. They may be full or closed, also while a run goes on.

/**
 * Adds listeners for errors of both streams: without a listener, a closed pipe would end the
 * process. The writer gets the error too.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * Resolves when the text has left the process, so that the process may end. A closed pipe (`|
 * head`) is no error.
 */
export function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
