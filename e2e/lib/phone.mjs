// Phones as their owners hold them: what a provider delivered, read, listened to and answered.

import assert from 'node:assert/strict';

import { sign } from './webhook.mjs';

let drawn = 0;

/** A number that no other test uses. */
export function number() {
  drawn += 1;
  return `+49301${String(process.pid).padStart(7, '0').slice(-5)}${String(drawn).padStart(2, '0')}`;
}

/** What the program needs to reach phones through this provider. */
export const reaching = (provider) => ({ LOCKWRIGHT_MESSAGES__WEBHOOK: provider.url, LOCKWRIGHT_MESSAGES__SECRET: provider.secret });

/** The code of the text that came. */
export async function readCode(provider, to) {
  const { text } = await provider.take((message) => message.to === to && message.kind === 'code' && message.way === 'text');
  assert.ok(text.length <= 160, text);
  return /^(\w{6}) is your code/.exec(text)[1];
}

/** The code that a call said, twice. */
export async function hearCode(provider, to) {
  const { text } = await provider.take((message) => message.to === to && message.kind === 'code' && message.way === 'voice');
  const said = [...text.matchAll(/((?:\w\. ){6})/g)].map(([signs]) => signs.replaceAll(/\W/g, ''));
  assert.equal(said.length, 2, text);
  assert.equal(said[0], said[1]);
  return said[0];
}

/** Keys digits in during the call that asks for them; answers what the program said to its report. */
export async function keyIn(server, provider, to, digits) {
  const { id, callback } = await provider.take((message) => message.to === to && message.kind === 'call');
  const body = JSON.stringify({ id, digits });
  const timestamp = String(Math.floor(server.clock.now() / 1000));
  const headers = {
    'content-type': 'application/json', 'idempotency-key': id, 'lockwright-timestamp': timestamp,
    'lockwright-signature': sign(provider.secret, timestamp, body),
  };
  return (await fetch(callback, { method: 'POST', headers, body })).status;
}

/** The text with which a phone is told that something changed. */
export const toldOf = (provider, to, words) => provider.take((message) => message.to === to && message.kind === 'notice' && words.test(message.text));
