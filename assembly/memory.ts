// The memory of one key table, handed out from the bottom up; nothing is ever given back but with
// the whole table.

const PAGE_BYTES: u32 = 1 << 16;
/** Words of eight and sixteen bytes are read where fewer are left. */
const SLACK_BYTES: u32 = 64;
const ALIGNMENT: u32 = 64;
/** Beyond, an address would be no positive number for JavaScript. */
const MOST_BYTES: u64 = 1 << 31;

let end: u32 = 0;

/**
 * Where so many bytes are free, zeroed; they follow what was allocated before. Traps where there is
 * no more: of 2 GB (`asconfig.json`), or at all. What was asked for in vain takes nothing: smaller
 * pieces may still be had.
 */
export function allocate(bytes: u32): u32 {
  const at = end === 0 ? aligned(<u32>__heap_base) : end;
  const wanted = <u64>at + bytes + SLACK_BYTES + ALIGNMENT;
  if (wanted > MOST_BYTES) unreachable();
  const pages = (<u32>wanted + PAGE_BYTES - 1) / PAGE_BYTES;
  const have = <u32>memory.size();
  if (pages > have) grow(pages - have, have);
  end = aligned(at + bytes);
  return at;
}

/**
 * By so many pages at least: by half where there is as much, since each growth lets V8 count all of
 * it anew. What is not used is not there.
 */
function grow(pages: u32, have: u32): void {
  if (memory.grow(max(pages, have >> 1)) < 0 && memory.grow(pages) < 0) unreachable();
}

/** What the next allocation will give. */
export function nextAddress(): u32 {
  return end;
}

function aligned(at: u32): u32 {
  return (at + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}
