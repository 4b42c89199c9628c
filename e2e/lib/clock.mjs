// Moves the clock of a real program: libfaketime stands between it and the system's time. The program itself has no switch for it.

import fs from 'node:fs';
import path from 'node:path';

const LIBRARY = process.env.E2E_FAKETIME ?? '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A clock for one server. Timers inside the program run on as they are; only the time of day moves. */
export class Clock {
  #file;
  #ahead = 0;

  constructor(folder) {
    this.#file = path.join(folder, 'clock');
    this.#write();
  }

  /** What the server's environment needs. */
  get env() {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  /** Moves it, backward with a number below zero. */
  pass(seconds) {
    this.#ahead += seconds;
    this.#write();
  }

  /** What it shows, in milliseconds since 1970. */
  now() {
    return Date.now() + this.#ahead * 1000;
  }

  #write() {
    // Replaced whole, so that the program never reads half a number.
    fs.writeFileSync(`${this.#file}.new`, `${this.#ahead < 0 ? '' : '+'}${this.#ahead}\n`);
    fs.renameSync(`${this.#file}.new`, this.#file);
  }
}
