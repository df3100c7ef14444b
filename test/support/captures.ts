// What real HAProxies of four versions answered, byte for byte, one character a byte.

import { readFileSync } from 'node:fs';

export const captureVersions = ['2.6', '3.0', '3.2', '3.4'] as const;
export type CaptureVersion = (typeof captureVersions)[number];

const folder = new URL('../fixtures/captures/', import.meta.url);

export function capture(version: CaptureVersion, name: string): string {
  return readFileSync(new URL(`${version}/${name}`, folder), 'latin1');
}

export interface CapturedResponse {
  readonly command: string;
  readonly level: string;
  readonly response: string;
}

/** Single commands with their answers. */
export function capturedResponses(version: CaptureVersion): readonly CapturedResponse[] {
  return capture(version, 'responses.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
