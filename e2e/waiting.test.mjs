// Recoveries that wait: told throughout, stopped by whoever reads one notice, and never twice by the same channel alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser, reopened } from './lib/browser.mjs';
import { DAY, HOUR } from './lib/clock.mjs';
import { number, readCode, reaching, toldOf } from './lib/phone.mjs';
import {
  DEVICE_MAIL, addPhone, askCode, codeMail, counts, forgotPassword, giveCode, linkOf, lostDevice, removeDevices, setNew, signInWithApp,
  startWaiting,
} from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, builderFromHost, enrolApp, password, press, see, showProof, signInBuilder, signInRoot, signOut, typeCode,
} from './lib/steps.mjs';
import { Webhook } from './lib/webhook.mjs';

const provider = new Webhook('a secret of thirty-two characters or more');
let server;
before(async () => {
  await provider.listen();
  server = await startServer({ clock: true, env: reaching(provider) });
});
after(async () => {
  await closeBrowser();
  await server.stop();
  await provider.close();
});

const ROOT = { kind: 'root', make: accountFromHost, enter: signInRoot, home: ({ name }) => name };
const BUILDER = { kind: 'builder', make: builderFromHost, enter: signInBuilder, home: ({ name }) => `Hello, ${name}` };

/** Somebody with an app, a mailbox and a phone that serves a recovery by now; signed out. */
async function withPhone(t, { make, enter }) {
  const person = await make(server);
  const page = await browser(t, server);
  await enter(page, person);
  const app = await enrolApp(server, page);
  await see(page, 'Recovery codes');
  const phone = number();
  await addPhone(server, provider, page, phone);
  await signOut(page);
  await see(page, /Sign in/);
  await server.clock.pass(8 * DAY);
  return { person, page, app, phone };
}

/** Forgets the password, and shows mailbox and phone: enough for the waiting time. */
async function waits(page, { kind }, person, phone) {
  await forgotPassword(page, kind, person);
  await typeCode(page, (await server.mailbox.take(person.email, codeMail(kind))).code);
  await askCode(page, phone, 'text');
  await giveCode(page, await readCode(provider, phone));
  await counts(page);
  await startWaiting(page);
}

/** Opens the newest notice that came to an address, and says that it wasn't its reader. */
async function notMe(t, email, subject) {
  const page = await browser(t, server);
  await page.goto(linkOf(await server.mailbox.take(email, subject), '/notice/'));
  await see(page, 'Was this you?');
  await press(page, 'This wasn’t me: stop everything');
  return page;
}

for (const what of [ROOT, BUILDER]) {
  test(`password and device are lost: mailbox and phone lead to a password after the waiting time, and to a device at once, ${what.kind}`, async (t) => {
    const { person, page, phone } = await withPhone(t, what);
    await waits(page, what, person, phone);
    await server.mailbox.take(person.email, /A recovery waits for you to object/);
    await toldOf(provider, phone, /a recovery is waiting/);
    // The browser is closed meanwhile.
    const again = await reopened(t, server, page);
    await see(again, 'Your waiting time runs');
    await server.clock.pass(37 * HOUR);
    await server.mailbox.take(person.email, /Half of the time to stop a recovery is over/);
    await again.reload();
    await see(again, 'Your waiting time runs');
    await server.clock.pass(36 * HOUR);
    await server.mailbox.take(person.email, /A recovery can be finished now/);
    await again.reload();
    const fresh = { ...person, secret: password() };
    await setNew(again, fresh.secret);

    await lostDevice(again, what.kind, person);
    await typeCode(again, (await server.mailbox.take(person.email, DEVICE_MAIL)).code);
    await askCode(again, phone, 'text');
    await giveCode(again, await readCode(provider, phone));
    await counts(again);
    await showProof(again, 'Your password', fresh.secret);
    await removeDevices(again);
    const app = await enrolApp(server, again, 'New phone');
    await see(again, 'Recovery codes');
    await signOut(again);
    await see(again, /Sign in/);
    await signInWithApp(again, what.kind, fresh, app);
    await see(again, what.home(person));
  });
}

test('“this wasn’t me” stops what waits; the same mailbox does not stop the next one alone', async (t) => {
  const { person, page, app, phone } = await withPhone(t, ROOT);
  await waits(page, ROOT, person, phone);
  const stops = await notMe(t, person.email, /A recovery waits for you to object/);
  await see(stops, 'Everything is stopped');
  await server.mailbox.take(person.email, /A recovery was stopped/);
  await page.reload();
  await see(page, 'This was cancelled');
  await server.clock.pass(3 * DAY);
  await page.reload();
  assert.equal(await page.getByLabel('New password', { exact: true }).count(), 0);

  // Whoever reads that mailbox can’t keep the owner out: the next one is contested, and goes on.
  const next = await browser(t, server);
  await waits(next, ROOT, person, phone);
  const again = await notMe(t, person.email, /A recovery waits for you to object/);
  await see(again, 'This address can’t stop it again yet');
  await server.mailbox.take(person.email, /A recovery goes on though it was objected to/);
  await toldOf(provider, phone, /a recovery is disputed/);
  await server.clock.pass(73 * HOUR);
  await next.reload();
  const fresh = { ...person, secret: password() };
  await setNew(next, fresh.secret);
  await signInWithApp(next, 'root', fresh, app);
  await see(next, person.name);
});

test('an owner who is signed in sees what waits, and stops it there', async (t) => {
  const { person, page, app, phone } = await withPhone(t, BUILDER);
  const owner = await browser(t, server);
  await signInWithApp(owner, 'builder', person, app);
  await see(owner, BUILDER.home(person));
  await waits(page, BUILDER, person, phone);
  await owner.goto('/security');
  await owner.getByRole('heading', { name: 'Somebody is getting back in as you' }).waitFor();
  await press(owner, 'This isn’t me: stop it');
  await owner.getByRole('status').getByText('It is stopped').waitFor();
  await toldOf(provider, phone, /stopped/);
  await page.reload();
  await see(page, 'This was cancelled');
  // The owner goes on as before: nothing of the sign-in was changed.
  const back = await browser(t, server);
  await signInWithApp(back, 'builder', person, app);
  await see(back, BUILDER.home(person));
});
