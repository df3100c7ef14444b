// What ought to be there, from the `discovery` section: where it is asked, and the proxies' maps.

import type { DiscoverySettings } from '../domain/settings.ts';
import { isProblem } from '../input/complaint.ts';
import { type HostAccess, locateFile } from '../input/files.ts';
import type { DiscoverySection } from './schema.ts';

/**
 * `null` without the section. `{environment}` in the keys of Consul's KV becomes the environment's
 * name. `file` starts at `folder`; `rules.ts` complains of a file that cannot be located.
 */
export function readDiscovery(
  section: DiscoverySection | undefined,
  environment: string,
  { folder, host }: { readonly folder: string; readonly host: HostAccess },
): DiscoverySettings | null {
  if (section === undefined) return null;
  const { consul, file, maps, maxAge } = section;
  const located = file === undefined ? null : locateFile(file, folder, host.env);
  const named = (key: string) => key.replaceAll('{environment}', environment);
  return {
    consul: consul
      ? { ...consul, token: consul.token || null, live: named(consul.live), tenants: prefixOf(named(consul.tenants)) }
      : null,
    file: located !== null && isProblem(located) ? file! : located,
    maps,
    maxAgeMs: maxAge,
  };
}

/** With the slash that ends it: without it, it would be how other keys begin too. */
function prefixOf(key: string): string {
  return key.endsWith('/') ? key : `${key}/`;
}
