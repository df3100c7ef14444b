// XML 1.0 from elements: whatever texts hold, the document stays well-formed.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (XmlElement | string)[];
}

/** `name` and the names of attributes are ours; values and texts may be anybody's. */
export function element(
  name: string,
  attributes: XmlElement['attributes'],
  children: XmlElement['children'] = [],
): XmlElement {
  return { name, attributes, children };
}

export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, '')}`;
}

function renderElement({ name, attributes, children }: XmlElement, indent: string): string {
  const spelled = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`);
  const start = `${indent}<${name}${spelled.join('')}`;
  if (children.length === 0) return `${start}/>\n`;
  const texts = children.filter((child) => typeof child === 'string');
  // Around text, white space would be text.
  if (texts.length > 0) return `${start}>${texts.map(escapeText).join('')}</${name}>\n`;
  const inner = children.map((child) => (typeof child === 'string' ? '' : renderElement(child, `${indent}  `)));
  return `${start}>\n${inner.join('')}${indent}</${name}>\n`;
}

const escapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Characters that XML 1.0 has no spelling for, not even an escaped one: most controls, halves of
 * surrogate pairs and the non-characters U+FFFE and U+FFFF. They become U+FFFD.
 */
const unspeakable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text.replace(unspeakable, '\ufffd').replace(/[<>&"']/g, (char) => escapes[char]!);
}

function numbered(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}

/** Within an attribute a reader turns plain tabs and line ends into spaces. */
function escapeAttribute(text: string): string {
  return escapeXml(text).replace(/[\t\n\r]/g, numbered);
}

/** Anywhere a reader turns a plain CR into LF. */
function escapeText(text: string): string {
  return escapeXml(text).replace(/\r/g, numbered);
}
