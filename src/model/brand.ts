declare const brand: unique symbol;

/** A `T` that only its own maker hands out: the compiler keeps seconds and milliseconds, names and keys apart. */
export type Branded<T, B extends string> = T & { readonly [brand]: B };

/** Unix time in seconds, with fraction. */
export type EpochSeconds = Branded<number, 'EpochSeconds'>;

/** Marks a number of seconds since 1970 as such. */
export function epochSeconds(seconds: number): EpochSeconds {
  return seconds as EpochSeconds;
}

/** Converts what `Date.now()` or `Date.parse` give. */
export function epochSecondsFromMs(ms: number): EpochSeconds {
  return epochSeconds(ms / 1000);
}
