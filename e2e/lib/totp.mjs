// An authenticator app in software (RFC 6238: SHA-1, 6 digits, 30 seconds).

import { createHmac } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytes(base32) {
  let bits = '';
  for (const letter of base32.toUpperCase().replaceAll(/[^A-Z2-7]/g, '')) bits += LETTERS.indexOf(letter).toString(2).padStart(5, '0');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of a seed at a moment, in milliseconds since 1970; `step` counts periods from it. */
export function codeAt(seed, now, step = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + step));
  const digest = createHmac('sha1', bytes(seed)).update(counter).digest();
  const at = digest.at(-1) & 15;
  return String((digest.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

/** An app on somebody's phone. It never shows the same code twice, so that no test trips over its own last one. */
export class Authenticator {
  #seed;
  #clock;
  #last = -Infinity;

  /** `clock` has `now()` in milliseconds. */
  constructor(seed, clock = Date) {
    this.#seed = seed;
    this.#clock = clock;
  }

  /** The present code; when it was shown before, the next one, which the server accepts too. */
  code() {
    const now = this.#clock.now();
    const step = Math.max(Math.floor(now / 30_000), this.#last + 1);
    this.#last = step;
    return codeAt(this.#seed, step * 30_000);
  }

  /** What it shows at a moment, in milliseconds since 1970: for a phone whose clock is wrong. */
  at(moment) {
    return codeAt(this.#seed, moment);
  }

  /** Two codes in a row, the later one shown now: whoever enrols waits for the second, so that the server takes this clock for right. */
  pair() {
    const now = this.#clock.now();
    return [codeAt(this.#seed, now, -1), this.code()];
  }
}
