// The steps that people take, by the words they see: the journeys of the tests are made of them.

import assert from 'node:assert/strict';

import { axe, shoot } from './browser.mjs';
import { Authenticator } from './totp.mjs';
import { Visitor, csrfOf } from './visitor.mjs';

/** Good passwords, all different, so that a mix-up shows. */
let drawn = 0;
export function password() {
  drawn += 1;
  return `Copper-lantern ${drawn} drifts past Oslo`;
}

/** An address that no other test uses. */
export function address(name = 'ana') {
  drawn += 1;
  return `${name}.${process.pid}.${drawn}@example.com`;
}

const looked = new Set();

/** The page has this title; each kind of page is looked at with axe once a test file (`pages.test.mjs` does it in both schemes). */
export async function see(page, heading) {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  const key = `${await page.title()} ${await page.getByRole('alert').count()}`;
  if (!page.scripts || looked.has(key)) return;
  looked.add(key);
  if (process.env.E2E_LOOK) await shoot(page, `seen-${key.split(' · ')[0].replaceAll(/[^A-Za-z]+/g, '-')}`);
  else await axe(page);
}

export const field = (page, label) => page.getByLabel(label, { exact: true });

/** Presses a button once the page stands still: its script moves things a little. */
export async function press(page, name) {
  await page.waitForLoadState();
  await page.getByRole('main').getByRole('button', { name, exact: true }).click();
}

export const choose = (page, name) => page.getByRole('main').getByRole('link', { name }).click();

/** Registers an account through the pages, from `/signup` to the account number. */
export async function registerAccount(server, page, { email = address(), name = 'Harbour Works', secret = password(), by = 'code' } = {}) {
  await page.goto('/signup');
  await see(page, 'Create an account');
  await field(page, 'Email address').fill(email);
  await press(page, 'Send me a code');
  const mail = await server.mailbox.take(email, /Your code to create an account/);
  if (by === 'code') await typeCode(page, mail.code);
  else await openLink(page, mail.link);
  await see(page, 'Name your account and choose a password');
  await field(page, 'Account name').fill(name);
  await typeNewPassword(page, secret);
  await press(page, 'Create account');
  await see(page, 'Your account is ready');
  const shown = await page.getByRole('definition').first().textContent();
  const number = /\d{4}-\d{4}-\d{4}/.exec(shown)?.[0];
  assert.ok(number, `no account number in ${shown}`);
  return { email, name, secret, number, id: number.replaceAll('-', '') };
}

/** Registers a builder ID through the pages. */
export async function registerBuilder(server, page, { email = address('bea'), name = 'Bea Stone', secret = password() } = {}) {
  await page.goto('/builder/signup');
  await see(page, 'Create a builder ID');
  await field(page, 'Personal email address').fill(email);
  await field(page, 'Your name').fill(name);
  await press(page, 'Send me a code');
  const mail = await server.mailbox.take(email, /Your code to create a builder ID/);
  await typeCode(page, mail.code);
  await see(page, 'Choose a password');
  await typeNewPassword(page, secret);
  await press(page, 'Create builder ID');
  await see(page, `Hello, ${name}`);
  return { email, name, secret };
}

export async function typeCode(page, code) {
  await see(page, 'Check your email');
  await field(page, 'Code').fill(code);
  await press(page, 'Continue');
}

export async function openLink(page, link) {
  await page.goto(link);
  await press(page, 'Continue');
}

export async function typeNewPassword(page, secret) {
  await field(page, 'New password').fill(secret);
  await field(page, 'New password again').fill(secret);
}

/** Fills in both steps of an email sign-in; the caller says what should come of it. */
export async function tryEmail(page, kind, email, secret) {
  await page.goto(`/signin/${kind}`);
  await field(page, 'Email address').fill(email);
  await press(page, 'Continue');
  await field(page, 'Password').fill(secret);
  await press(page, 'Sign in');
}

export async function signInRoot(page, { email, secret, name }) {
  await tryEmail(page, 'root', email, secret);
  await see(page, name);
}

export async function signInBuilder(page, { email, secret, name }) {
  await tryEmail(page, 'builder', email, secret);
  await see(page, `Hello, ${name}`);
}

/** Fills in the sign-in of an IAM user; the caller says what should come of it. */
export async function tryUser(page, account, user, secret) {
  await page.goto('/signin/iam');
  await field(page, 'Account number or alias').fill(account);
  await field(page, 'User name').fill(user);
  await field(page, 'Password').fill(secret);
  await press(page, 'Sign in');
}

export async function signOut(page) {
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
}

/** Enrols an authenticator app for whoever is signed in on this page; ends on the page that follows. Answers the app. Operators' pages stand
 * under a base of their own. */
export async function enrolApp(server, page, name = 'Phone', base = '') {
  await page.goto(`${base}/security/mfa/add`);
  await see(page, 'Add an MFA device');
  await page.locator('#app').fill(name);
  await press(page, 'Continue with an app');
  await see(page, 'Connect your authenticator app');
  const app = new Authenticator(await page.locator('.seed').innerText(), server.clock);
  const [first, second] = app.pair();
  await field(page, 'First code').fill(first);
  await field(page, 'The code after it').fill(second);
  await press(page, 'Enrol this app');
  return app;
}

/** Makes ten recovery codes, and answers them. */
export async function makeCodes(page) {
  await page.goto('/security/codes');
  await see(page, 'Recovery codes');
  await page.getByRole('main').getByRole('button', { name: /^Make ten/ }).click();
  await see(page, 'Your recovery codes');
  const codes = await page.locator('ol.codes li code').allInnerTexts();
  assert.equal(codes.length, 10);
  return codes;
}

/** An account made by the host, its password set over HTTP: for tests that begin where registration ends. */
export async function accountFromHost(server, { email = address(), name = 'Harbour Works', secret = password() } = {}) {
  const made = await server.host('account', 'create', '--name', name, '--email', email);
  await setByLink(server, made.SetPasswordUrl, secret);
  const id = made.AccountId;
  return { email, name, secret, id, number: id.replace(/(\d{4})(\d{4})(\d{4})/, '$1-$2-$3') };
}

export async function builderFromHost(server, { email = address('bea'), name = 'Bea Stone', secret = password() } = {}) {
  const made = await server.host('builder', 'create', '--name', name, '--email', email);
  await setByLink(server, made.SetPasswordUrl, secret);
  return { email, name, secret };
}

/** An IAM user made by the host, its password set over HTTP. */
export async function userFromHost(server, account, { name = 'ana', secret = password(), administrator = false } = {}) {
  const role = administrator ? ['--administrator'] : [];
  const made = await server.host('user', 'create', '--account', account.id, '--name', name, ...role);
  await setByLink(server, made.SetPasswordUrl, secret);
  return { name, secret, account: account.id };
}

/** Sets a password with a handed link, without a browser. */
export async function setByLink(server, link, secret) {
  const visitor = new Visitor(server.url);
  const form = await visitor.submit(link, {});
  assert.equal(form.status, 200, form.text);
  const done = await visitor.submit(form.path, { password: secret, again: secret });
  assert.match(done.text, /Your password is set/);
}

/** Signs in over HTTP; answers the visitor, who holds the session. */
export async function visitorIn(server, kind, fields) {
  const visitor = new Visitor(server.url);
  const page = await visitor.get(`/signin/${kind}`);
  const answer = await visitor.post(`/signin/${kind}`, { csrf: csrfOf(page.text), ...fields });
  assert.equal(answer.status, 303, answer.text);
  return visitor;
}

/** A mail that is asked for now has arrived: what was asked for before it would have come before it. */
export async function mailFence(server) {
  const to = address('fence');
  const answer = await new Visitor(server.url).submit('/signup', { email: to });
  assert.equal(answer.status, 200, answer.text);
  await server.mailbox.take(to, /Your code to create an account/);
}

const PROOFS = {
  'A recovery code': ['Recovery code', 'Use this code'],
  'Your password': ['Your password', 'Check my password'],
  'Your authenticator app': ['Code from your app', 'Check this code'],
  'Your recovery contacts': ['Code from a contact', 'Check the contact’s code'],
};

/** In a recovery that gathers proofs: chooses what to show and shows it; the caller says what should come of it. */
export async function showProof(page, what, value) {
  await see(page, /Show that it’s you|Rehearsal: show that it’s you|Your waiting time runs/);
  await choose(page, what);
  await answerProof(page, what, value);
}

/** The same on the page that asks for it. */
export async function answerProof(page, what, value) {
  const [label, button] = PROOFS[what];
  await see(page, what);
  await field(page, label).fill(value);
  await press(page, button);
}
