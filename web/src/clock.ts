// The server's clock as seen from here. A ward PC's own clock may be minutes wrong, and an age computed with it
// would lie; so the offset is learnt from the server's answers, each sample with its possible error.

export interface ClockSample {
  /** Server clock minus local clock, ms. */
  offset: number;
  /** The true offset is within offset ± error, ms. */
  error: number;
  /** Local time of the sample, ms. */
  at: number;
}

const MAX_SAMPLE_AGE_MS = 60_000;
const MAX_ROUND_TRIP_MS = 5_000;

/** From a time the server stamped somewhere between sending and receiving. `resolution`: 1000 for a Date header. */
export function sampleClock(sentAt: number, receivedAt: number, serverTime: number, resolution = 0): ClockSample | null {
  const roundTrip = receivedAt - sentAt;
  if (roundTrip < 0 || roundTrip > MAX_ROUND_TRIP_MS) return null;
  return {
    offset: serverTime + resolution / 2 - (sentAt + receivedAt) / 2,
    error: roundTrip / 2 + resolution / 2,
    at: receivedAt,
  };
}

/** The better of what is known and what was just learnt: the narrower one, unless the old one is old or contradicted. */
export function mergeClock(known: ClockSample | null, sample: ClockSample): ClockSample {
  if (known === null || sample.error <= known.error) return sample;
  if (sample.at - known.at > MAX_SAMPLE_AGE_MS) return sample;
  const contradicted = Math.abs(sample.offset - known.offset) > sample.error + known.error;
  return contradicted ? sample : known;
}
