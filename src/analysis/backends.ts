// The servers that a route may lead to: those of the backends that the configuration names.

import type { ProxyView } from '../domain/view.ts';

/** `globs` may hold `*` and `?`; `null` stands for every backend. */
export function serversOf(views: readonly ProxyView[], globs: readonly string[] | null): readonly ProxyView[] {
  if (globs === null) return views;
  const patterns = globs.map(patternOf);
  return views.map((view) => ({
    ...view,
    servers: view.servers.filter(({ backend }) => patterns.some((pattern) => pattern.test(backend))),
  }));
}

function patternOf(glob: string): RegExp {
  const literal = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
