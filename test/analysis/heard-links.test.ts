// Which of the links that look deaf to one end are.

import { expect, test } from 'vitest';
import { heardLinks } from '../../src/analysis/heard-links.ts';
import type { PeerLink } from '../../src/domain/view.ts';
import { proxyView } from '../support/run-report.ts';

const link = (name: string, state: PeerLink['state']) => ({ name, state, protocolErrors: 0 });
const sees = (state: PeerLink['state'], onlyHeard: readonly string[]) =>
  heardLinks([
    proxyView('old', [], { localPeer: 'peer-old', peers: [link('peer-new', 'up')], onlyHeard }),
    proxyView('new', [], { localPeer: 'peer-new', peers: [link('peer-old', state)], onlyHeard: [] }),
  ]).map(({ peers }) => peers[0]!.state);

test('{new: deaf, old hears new} -> up: old has had nothing to say', () => {
  expect(sees('deaf', ['peer-new'])).toEqual(['up', 'up']);
});

test.each([
  ['{new: deaf, old hears nobody} -> deaf', []],
  ['{new: deaf, old hears another} -> deaf', ['peer-third', 'peer-old']],
])('%s', (_, onlyHeard) => {
  expect(sees('deaf', onlyHeard)).toEqual(['up', 'deaf']);
});

test('{new: down} stays down, whoever hears whom', () => {
  expect(sees('down', ['peer-new'])).toEqual(['up', 'down']);
});

test('proxies that do not show whom they hear take nothing back', () => {
  const views = [proxyView('a', ['b']), proxyView('b', [], { peers: [link('a', 'deaf')] })];
  expect(heardLinks(views)).toEqual(views);
});
