// The rooms of the census that is measured, and the conferences that the tables hold.

/** Of each of 60 shards. */
export const ROOMS = 2_000;
/** In the tables: those that have a room, and others. */
export const CONFERENCES = 200_000;

/** The key of the conference of the nth room of a shard. */
export function conferenceOf(shard: number, n: number): string {
  return `tenant${n % 50}/weekly-meeting-${shard}-${n}-%c3%b2`;
}

/** Its room's JID, by Jitsi's rule. */
export function jidOf(shard: number, n: number): string {
  const [tenant, name] = conferenceOf(shard, n).split('/');
  return `[${tenant}]${name}@conference.meet.example`;
}
