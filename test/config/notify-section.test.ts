// The `notify` section: its defaults, and complaints that do not show the webhook.

import { expect, test } from 'vitest';
import { complaintsOf, load, small } from './loading.ts';

test.each([
  ['https://hooks.slack.com/services/T/B/x', 'slack'],
  ['https://hooks.slack.com.evil.example/x', 'json'],
  ['http://127.0.0.1:8080/hook', 'json'],
])('%s -> format %s', (url, format) => {
  expect(load(small(`notify: { url: "${url}" }`)).notify).toEqual({ url, on: ['changed'], format, names: false });
});

test('everything can be said', () => {
  const section = 'notify: { url: "https://x.example/secret", on: [changed, healed], format: slack, names: true }';
  expect(load(small(section)).notify).toEqual({
    url: 'https://x.example/secret',
    on: ['changed', 'healed'],
    format: 'slack',
    names: true,
  });
});

test('without the section nobody is told', () => {
  expect(load(small('')).notify).toBeNull();
});

test.each([
  ['notify: { url: "hooks.slack.com/services/secret" }', 'notify.url: expected the http or https URL of a webhook'],
  ['notify: { url: "https://me:secret@x.example/" }', 'notify.url: expected the http or https URL of a webhook'],
  ['notify: { url: "https://x.example/ secret" }', 'notify.url: expected the http or https URL of a webhook'],
  ['notify: "https://x.example/secret"', 'notify: expected a mapping'],
  ['notify: { url: "https://x.example/secret", on: [] }', 'notify.on: expected at least one item'],
  ['notify: { url: "https://x.example/secret", on: [always] }', 'notify.on[0]: expected changed or healed'],
  ['notify: { on: [changed] }', 'notify.url: is missing'],
])('%s', (line, complaint) => {
  const complaints = complaintsOf(small(line));
  expect(complaints).toEqual([expect.stringContaining(complaint)]);
  expect(complaints.join()).not.toContain('secret');
});
