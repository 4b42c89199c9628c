// Starts the built program on free ports in temporary folders, talks to it as the host does, and ends only what it started.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Clock } from './clock.mjs';
import { DEADLINE } from './deadline.mjs';
import { Mailbox } from './mailbox.mjs';

const PROGRAM = process.env.E2E_LOCKWRIGHT ?? fileURLToPath(new URL('../../target/debug/lockwright', import.meta.url));

const running = new Set();
const folders = new Set();

// A test file that dies leaves neither a process nor a folder behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/** A temporary folder that is gone when the test file ends. */
export function folder() {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'lockwright-e2e-'));
  folders.add(made);
  return made;
}

/** A port that was free a moment ago, for what must be known before the program listens. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The caller's environment without settings of its own, so that a test says all that counts. */
function environment(extra) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('LOCKWRIGHT_'));
  return { ...Object.fromEntries(own), ...extra };
}

/**
 * Starts `lockwright serve`. `umask`, as text, is set by a shell before the program begins; with `clock: true` its time of day can
 * be moved through `server.clock`.
 *
 * @param {{ data?: string, listen?: string, args?: string[], env?: Record<string, string>, umask?: string, clock?: boolean }} options
 */
export async function startServer(options = {}) {
  const data = options.data ?? path.join(folder(), 'data');
  const args = ['serve', '--data', data, '--listen', options.listen ?? '127.0.0.1:0'];
  args.push(...(options.args ?? ['--admin-listen', '127.0.0.1:0']));
  const clock = options.clock ? new Clock(folder()) : null;
  const env = environment({ LOCKWRIGHT_PASSWORDS__THREADS: '2', ...clock?.env, ...options.env });
  const child = options.umask
    ? spawn('sh', ['-c', `umask ${options.umask}; exec "$0" "$@"`, PROGRAM, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    : spawn(PROGRAM, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    return { code, signal };
  });
  const log = { out: '', err: '' };
  child.stderr.setEncoding('utf8').on('data', (text) => (log.err += text));
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the server said nothing\n${log.err}`)), DEADLINE);
    const gone = () => reject(new Error(`the server ended\n${log.out}\n${log.err}`));
    child.once('close', gone);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      log.out += text;
      const said = /(https?:\/\/\S+)\/signin\n/.exec(log.out);
      if (!said || !log.out.includes('\n  Data ')) return;
      clearTimeout(late);
      child.off('close', gone);
      resolve(said[1]);
    });
  });
  return new Server({ child, data, url, log, ended, clock });
}

class Server {
  constructor({ child, data, url, log, ended, clock }) {
    Object.assign(this, { child, data, url, log, ended, clock: clock ?? Date });
    this.mailbox = new Mailbox(path.join(data, 'outbox'));
  }

  /** All that the program has logged so far. */
  get stderr() {
    return this.log.err;
  }

  /** The address of the admin listener, from the log. */
  get adminUrl() {
    const plain = this.log.err.replaceAll(/\x1b\[[0-9;]*m/g, '');
    const found = /admin listener.*?address["=:\s]+(127\.0\.0\.1:\d+)/.exec(plain) ?? /(127\.0\.0\.1:\d+).*admin listener/.exec(plain);
    assert.ok(found, `no admin listener in the log:\n${plain}`);
    return `http://${found[1]}`;
  }

  /** Where operators sign in: a name of its own on the admin listener, so that no cookie of people's pages goes there. */
  get operators() {
    return { url: this.adminUrl.replace('127.0.0.1', 'localhost') };
  }

  /** Runs a host command against this data folder; answers its JSON. */
  host(...args) {
    return host(this.data, ...args);
  }

  /** Ends the server as an operator does, and waits until it has drained. */
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    const { code } = await this.ended;
    this.mailbox.close();
    return code;
  }
}

/** Runs `lockwright ARGS --data DATA --output json`; answers what it printed, or throws with what it said. */
export async function host(data, ...args) {
  const { code, out, err } = await run([...args, '--data', data, '--output', 'json']);
  if (code !== 0) throw Object.assign(new Error(`lockwright ${args.join(' ')}: ${err || out}`), { code, stderr: err });
  return out.trim().startsWith('{') || out.trim().startsWith('[') ? JSON.parse(out) : out;
}

/** Runs the program to its end. */
export function run(args, env = {}) {
  return new Promise((resolve) => {
    const options = { env: environment(env), timeout: DEADLINE, maxBuffer: 64 << 20 };
    execFile(PROGRAM, args, options, (error, out, err) => resolve({ code: error ? (error.code ?? 1) : 0, out, err }));
  });
}
