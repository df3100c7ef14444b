// How `fill` reads `--proxy`: names of proxies beside a configuration, endpoints without one.

import { expect, test } from 'vitest';
import { proxyWords } from '../../src/workflows/fill.ts';

test.each<[string, string | undefined, readonly string[], readonly string[], readonly string[]]>([
  ['with -c every word is a name', 'stage.yaml', ['hap-d', '10.0.0.5:9999'], ['hap-d', '10.0.0.5:9999'], []],
  ['without, a name goes with the usual configuration', undefined, ['hap-d'], ['hap-d'], []],
  [
    'without, endpoints name the mesh, and names its proxies',
    undefined,
    ['a=/run/a.sock', '/run/b.sock', 'abns@c', '10.0.0.5:9999', 'a'],
    ['a'],
    ['a=/run/a.sock', '/run/b.sock', 'abns@c', '10.0.0.5:9999'],
  ],
])('%s', (_, config, proxy, names, endpoints) => {
  expect(proxyWords({ config, proxy })).toEqual({ names, endpoints });
});
