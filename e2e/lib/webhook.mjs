// A provider of messages and calls, as far as the server can tell: takes signed webhooks on loopback and checks every signature.

import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

import { DEADLINE } from './deadline.mjs';

/** Signs a body as both sides do. */
export function sign(secret, timestamp, body) {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** Listens until `close`. What it was sent stands in `taken`, once an idempotency key. */
export class Webhook {
  taken = [];
  /** Answers this status instead of 200 for so many requests. */
  refuse = { status: 503, times: 0 };
  #seen = new Map();
  #waiting = new Set();

  constructor(secret) {
    this.secret = secret;
    this.server = http.createServer((request, response) => this.#answer(request, response));
  }

  async listen() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${this.server.address().port}/hook`;
    return this;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** The oldest message that fits and that nobody has taken yet; waits for it. */
  take(fits) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.taken.find((message) => !message.read && fits(message));
        if (!found) return;
        found.read = true;
        this.#waiting.delete(look);
        clearTimeout(late);
        resolve(found);
      };
      const late = setTimeout(() => {
        this.#waiting.delete(look);
        const there = this.taken.map(({ to, kind, way, text }) => `  ${to} ${kind} ${way}: ${text}`);
        reject(new Error(`no such message; there are\n${there.join('\n')}`));
      }, DEADLINE);
      this.#waiting.add(look);
      look();
    });
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const timestamp = request.headers['lockwright-timestamp'] ?? '';
    const given = Buffer.from(request.headers['lockwright-signature'] ?? '');
    const wanted = Buffer.from(sign(this.secret, timestamp, body));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      response.writeHead(401).end();
      return;
    }
    if (this.refuse.times > 0) {
      this.refuse.times -= 1;
      response.writeHead(this.refuse.status).end();
      return;
    }
    const key = request.headers['idempotency-key'];
    assert.ok(key, 'no idempotency key');
    if (!this.#seen.has(key)) {
      this.#seen.set(key, body);
      this.taken.push({ ...JSON.parse(body), key });
    }
    response.writeHead(200).end();
    this.#waiting.forEach((look) => look());
  }
}
