// The steps of a recovery that gathers proofs, as the person who takes them sees the pages.

import assert from 'node:assert/strict';

import { hearCode, keyIn, readCode } from './phone.mjs';
import {
  accountFromHost, address, appOf, builderFromHost, choose, field, press, see, tryEmail, tryUser, typeNewPassword, userFromHost, visitorIn,
} from './steps.mjs';
import { csrfOf } from './visitor.mjs';

const WAYS = 'Show that it’s you';

/** What each kind of identity is called where one is chosen, and in the mail of a forgotten password. */
const KINDS = {
  root: { mail: /Your code to reset your root password/, choice: /^The email address of an account/ },
  builder: { mail: /Your code to reset your builder ID password/, choice: /^The email address of a builder ID/ },
  iam: { mail: /Your code to reset your password/, choice: /^A user name, and an account number/ },
};

/** Says that the password is forgotten; ends on the page that asks for the mailed code. */
export async function forgotPassword(page, kind, name) {
  await page.goto('/recover');
  await choose(page, KINDS[kind].choice);
  await fillName(page, kind, name);
  await press(page, kind === 'iam' ? 'Continue' : 'Send me a code');
  await see(page, 'Check your email');
}

/** Says that the device is lost; ends on the page that asks for the mailed code. */
export async function lostDevice(page, kind, name) {
  await page.goto('/recover/device');
  await choose(page, KINDS[kind].choice);
  await fillName(page, kind, name);
  await press(page, 'Continue');
  await see(page, 'Check your email');
}

async function fillName(page, kind, name) {
  if (kind === 'iam') {
    await field(page, 'Account number or alias').fill(name.account);
    await field(page, 'User name').fill(name.name);
  } else {
    await field(page, 'Email address').fill(name.email ?? name);
  }
}

/** The subject of the mail with the code for a forgotten password. */
export const codeMail = (kind) => KINDS[kind].mail;
export const DEVICE_MAIL = /Your code to replace a lost MFA device/;

/** From the page that asks for the mailed code to the one that says what else can be shown. */
export async function withoutTheMail(page) {
  await choose(page, /^I can’t read that mail/);
  await see(page, WAYS);
}

/** Goes back to the page that says how far it is. */
export async function howFar(page) {
  await choose(page, 'Show something else');
  await see(page, WAYS);
}

/** Chooses one of the things that can be shown, where its page is not open yet. */
async function open(page, title) {
  const heading = await page.getByRole('heading', { level: 1 }).innerText();
  if (heading !== title) await choose(page, title);
  await see(page, title);
}

const WAYS_TO_PHONES = { text: /^A text message/, voice: /^A call that says/, keyed: /^A call in which/ };

/** Has a code sent to a further address, or to a phone: `text`, `voice` or `keyed`. Answers the digits that are to be keyed in. */
export async function askCode(page, to, way) {
  await open(page, 'Another address or phone of yours');
  await field(page, 'Email address or phone number').fill(to);
  if (way) await page.getByRole('radio', { name: WAYS_TO_PHONES[way] }).check();
  await press(page, 'Send a code');
  await see(page, 'Type the code');
  return way === 'keyed' ? (await page.getByRole('definition').innerText()).replaceAll(/\D/g, '') : null;
}

/** Types the code that went there. */
export async function giveCode(page, code) {
  await see(page, 'Type the code');
  await field(page, 'Code').fill(code);
  await press(page, 'Check the code');
}

export async function askContacts(page) {
  await open(page, 'Your recovery contacts');
  await press(page, 'Ask my contacts');
  await page.getByRole('status').getByText('each of them has a mail now').waitFor();
}

/** Asks the operators; answers the caller code that is to be read out. */
export async function askOperators(page) {
  await open(page, 'Help from people');
  await press(page, 'Ask for their help');
  const code = await page.getByRole('definition').innerText();
  assert.match(code, /^\d{3} \d{3}$/);
  return code;
}

export async function startWaiting(page) {
  await see(page, WAYS);
  await press(page, 'Start the waiting time');
  await see(page, 'Your waiting time runs');
}

/** Something more was shown, and is not enough yet. */
export async function counts(page) {
  await see(page, WAYS);
  await page.getByRole('status').getByText('That counts').waitFor();
}

/** On the page of a password: sets it. */
export async function setNew(page, secret, heading = 'Set a new password') {
  await see(page, heading);
  await typeNewPassword(page, secret);
  await press(page, 'Set password');
  await see(page, 'Your password is set');
}

/** Removes the lost devices; ends where a new one is enrolled, and nothing else is open. */
export async function removeDevices(page) {
  await see(page, 'Replace your device');
  await press(page, 'Remove my old devices and go on');
  await see(page, 'Enrol an MFA device');
}

/** Types the second factor of a sign-in. */
export async function typeSecond(page, code) {
  await see(page, 'Enter your code');
  await field(page, 'Code').fill(code);
  await press(page, 'Sign in');
}

/** Signs in with password and app; the caller looks at what follows. */
export async function signInWithApp(page, kind, person, app) {
  if (kind === 'iam') await tryUser(page, person.account, person.name, person.secret);
  else await tryEmail(page, kind, person.email, person.secret);
  await typeSecond(page, app.code());
}

/** The link of a mail whose path begins so. */
export function linkOf(mail, path) {
  const link = mail.links.find((one) => new URL(one).pathname.startsWith(path));
  assert.ok(link, `no link to ${path} in\n${mail.text}`);
  return link;
}

/** Adds a further address on its page, and confirms it with the mailed code. */
export async function addEmail(server, page, email) {
  await toAddresses(page);
  await field(page, 'Email address').fill(email);
  await press(page, 'Send me a code');
  await see(page, 'Check your email');
  const mail = await server.mailbox.take(email, /Your code to confirm this address/);
  await field(page, 'Code').fill(mail.code);
  await press(page, 'Add this address');
  await see(page, 'Where you are reached');
}

async function toAddresses(page) {
  await page.goto('/security/addresses');
  await see(page, 'Where you are reached');
}

/** Adds a phone on its page: by a text, by a call that says the code, or by one in which it is keyed in. */
export async function addPhone(server, provider, page, to, way = 'text') {
  await toAddresses(page);
  await field(page, 'Phone number').fill(to);
  await page.getByRole('radio', { name: WAYS_TO_PHONES[way] }).check();
  await press(page, 'Reach my phone');
  if (way === 'keyed') {
    await see(page, 'Your phone rings');
    const digits = (await page.getByRole('definition').innerText()).replaceAll(/\D/g, '');
    assert.equal(await keyIn(server, provider, to, digits), 200);
    await press(page, 'I have keyed them in');
  } else {
    await see(page, way === 'voice' ? 'Your phone rings' : 'Check your phone');
    await field(page, 'Code').fill(await (way === 'voice' ? hearCode : readCode)(provider, to));
    await press(page, 'Add this number');
  }
  await see(page, 'Where you are reached');
}

/** Who signs in how, and what they see then; `make` makes one. */
export const kinds = (server) => ({
  root: {
    kind: 'root', make: () => accountFromHost(server), enter: (page, { email, secret }) => tryEmail(page, 'root', email, secret),
    fields: ({ email, secret }) => ({ email, password: secret }), home: ({ name }) => name,
  },
  builder: {
    kind: 'builder', make: () => builderFromHost(server), enter: (page, { email, secret }) => tryEmail(page, 'builder', email, secret),
    fields: ({ email, secret }) => ({ email, password: secret }), home: ({ name }) => `Hello, ${name}`,
  },
  iam: {
    kind: 'iam', make: () => userWithMail(server), enter: (page, { account, name, secret }) => tryUser(page, account, name, secret),
    fields: ({ account, name, secret }) => ({ account, user_name: name, password: secret }), home: ({ name }) => `Hello, ${name}`,
  },
});

/** Somebody new of a kind, signed in over HTTP, with an app. */
export async function personWithApp(server, what) {
  const person = await what.make();
  const visitor = await visitorIn(server, what.kind, what.fields(person));
  return { person, visitor, app: await appOf(server, visitor) };
}

/** A phone of somebody who is signed in over HTTP. */
export async function phoneOf(server, provider, visitor, to) {
  const asked = await visitor.submit('/security/addresses', { phone: to, way: 'text' });
  const added = await visitor.submit(asked.path, { code: await readCode(provider, to) });
  assert.match(added.text, /Where you are reached/);
}

/** A user of an account that lets its users recover alone, with an address that is confirmed. */
async function userWithMail(server) {
  const account = await accountFromHost(server);
  const admin = await visitorIn(server, 'root', { email: account.email, password: account.secret });
  const rules = await admin.get('/console/account/password-policy');
  const allowed = await admin.post('/console/account/self-service', { csrf: csrfOf(rules.text), value: 'on' });
  assert.equal(allowed.status, 303, allowed.text);
  const user = await userFromHost(server, account);
  const visitor = await visitorIn(server, 'iam', { account: account.id, user_name: user.name, password: user.secret });
  const email = address(user.name);
  const asked = await visitor.submit('/security', { email, password: user.secret });
  const { code } = await server.mailbox.take(email, /Your code to confirm this address/);
  const confirmed = await visitor.submit(asked.path, { code });
  assert.match(confirmed.text, /Confirmed:/);
  return { ...user, email };
}
