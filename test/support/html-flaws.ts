// What is wrong with the text of a page, without a browser: its tags, its links, and what Jenkins'
// Content-Security-Policy would refuse.

export function flawsOf(text: string): readonly string[] {
  const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
  const anchors = [...text.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id!);
  const refused = /<(?:script|style|iframe|object|embed|form|base)\b|\sstyle=|<[^>]*\son[a-z]+=|javascript:/gi;
  const headings = text.match(/<h1/g)?.length ?? 0;
  return [
    ...tagFlaws(text),
    ...(headings === 1 ? [] : [`${headings} first headings`]),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `two of id ${id}`),
    ...anchors.filter((id) => !ids.includes(id)).map((id) => `no #${id}`),
    ...(text.match(refused) ?? []),
  ];
}

/** Every tag is closed, in order, and every attribute is in quotes. */
function tagFlaws(text: string): readonly string[] {
  const flaws: string[] = [];
  const open: string[] = [];
  const tags = text.replace(/<!.*?>/gs, '').matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[a-z-]+(?:="[^"<>]*")?)*)\s*\/?>/gi);
  for (const [tag, closing, name] of tags) {
    if (closing === '/') {
      const last = open.pop();
      if (last !== name) flaws.push(`${last} is closed by ${name}`);
    } else if (!/^(?:meta|link|br)$/.test(name!) && !tag.endsWith('/>')) open.push(name!);
  }
  return [...flaws, ...open.map((name) => `${name} stays open`)];
}
