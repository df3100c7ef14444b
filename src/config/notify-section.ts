// Whom scheduled runs tell, from the `notify` section.

import type { NotifySettings } from '../domain/notification.ts';
import type { NotifySection } from './schema.ts';

/** `null` without the section. */
export function readNotify(section: NotifySection | undefined): NotifySettings | null {
  if (section === undefined) return null;
  const { url, on, format, names } = section;
  const isSlack = new URL(url).hostname === 'hooks.slack.com';
  return { url, on, format: format ?? (isSlack ? 'slack' : 'json'), names };
}
