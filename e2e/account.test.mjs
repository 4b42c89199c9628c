// What people do with a sign-in of their own: another address, closing it, sharing it with another system; and how each is taken back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import { linkOf } from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, builderFromHost, choose, enrolApp, field, makeCodes, password, press, see, signInBuilder, signInRoot, tryEmail,
  typeNewPassword,
} from './lib/steps.mjs';
import { Webhook, sign } from './lib/webhook.mjs';

let server;
before(async () => {
  server = await startServer({ clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts';

  test(`a root user signs in with another address, and whoever reads the old one takes that back, ${how}`, async (t) => {
    const account = await accountFromHost(server);
    const page = await browser(t, server, { scripts });
    await signInRoot(page, account);
    await page.goto('/security/email');
    await see(page, 'Change your sign-in address');
    const next = address('next');
    await field(page, 'New email address').fill(next);
    await press(page, 'Send me a code');
    await see(page, 'Check your email');
    await field(page, 'Code').fill((await server.mailbox.take(next, /Your code to/)).code);
    await press(page, 'Continue');
    await page.getByRole('status').getByText('Your sign-in address is changed').waitFor();
    const undo = await server.mailbox.take(account.email, /sign-in address/i);
    const thief = await browser(t, server, { scripts });
    await signInRoot(thief, { ...account, email: next });

    const owner = await browser(t, server, { scripts });
    await owner.goto(linkOf(undo, '/recover/link/'));
    await see(owner, 'Take the change back');
    await press(owner, 'Put this address back');
    await see(owner, 'Your old address is back');
    await server.mailbox.take(next, /was taken back/);
    for (const other of [page, thief]) {
      await other.goto('/console');
      await see(other, /Sign in/);
    }
    await tryEmail(thief, 'root', next, account.secret);
    await thief.getByRole('alert').waitFor();
    await signInRoot(owner, account);
  });

  test(`a builder ID is closed, shows one page and is taken back, ${how}`, async (t) => {
    const builder = await builderFromHost(server);
    const page = await browser(t, server, { scripts });
    await signInBuilder(page, builder);
    await page.goto('/security');
    await choose(page, 'Look at what closing does');
    await see(page, 'Close your builder ID');
    await field(page, 'Your name').fill('Somebody else');
    await press(page, 'Close my builder ID');
    await page.getByRole('alert').waitFor();
    await field(page, 'Your name').fill(builder.name);
    await press(page, 'Close my builder ID');
    await page.getByRole('status').getByText('Sign in to take it back').waitFor();
    await server.mailbox.take(builder.email, /Your account was closed/);

    await server.clock.pass(8 * DAY);
    await tryEmail(page, 'builder', builder.email, builder.secret);
    await see(page, 'Your builder ID is closed');
    await page.goto('/security/password');
    await see(page, 'Your builder ID is closed');
    await press(page, 'Reopen');
    await see(page, `Hello, ${builder.name}`);
    await server.mailbox.take(builder.email, /Your account was taken back/);
  });
}

/** The shop says who the person is there, as its own server would; answers the status. */
async function prove(shop, link, login) {
  const body = JSON.stringify({ system: shop.SystemId, link, login });
  const timestamp = String(Math.floor(server.clock.now() / 1000));
  const headers = { 'lockwright-timestamp': timestamp, 'lockwright-signature': sign(shop.Secret, timestamp, body) };
  return (await fetch(shop.ProofUrl, { method: 'POST', headers, body })).status;
}

test('m11 a linked system proves its login, hears of each change, and is separated with a button', async (t) => {
  const provider = await new Webhook('').listen();
  t.after(() => provider.close());
  const about = 'https://shop.example.com/account';
  const shop = await server.host('system', 'add', '--name', 'Shop', '--webhook', provider.url, '--page', about);
  provider.secret = shop.Secret;
  const heard = async (what) => assert.equal((await provider.take((event) => event.what === what)).login, 'ana.lima');

  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await signInRoot(page, account);
  await page.goto('/security');
  await choose(page, /^Linked logins/);
  await press(page, 'Link Shop');
  await see(page, 'Go on at Shop');
  const onward = new URL(await page.getByRole('link', { name: 'Go on at Shop' }).getAttribute('href'));
  assert.equal(await prove({ ...shop, Secret: 'another' }, onward.searchParams.get('lockwright_link'), 'mallory'), 401);
  assert.equal(await prove(shop, onward.searchParams.get('lockwright_link'), 'ana.lima'), 200);
  await page.goto('/security/linked');
  await see(page, 'Linked logins');
  await press(page, 'Link ana.lima');
  await server.mailbox.take(account.email, /Another login was linked/);

  await page.goto('/security/password');
  await page.getByText('This also changes how you sign in at Shop').waitFor();
  await field(page, 'Present password').fill(account.secret);
  const fresh = password();
  await typeNewPassword(page, fresh);
  await press(page, 'Change password');
  await page.getByRole('status').waitFor();
  await heard('password');
  await enrolApp(server, page);
  await see(page, 'Recovery codes');
  await heard('devices');
  await makeCodes(page);
  await heard('devices');
  await page.goto('/security/linked');
  await page.getByRole('cell', { name: /^Taken/ }).waitFor();
  await page.getByRole('button', { name: 'Unlink Shop' }).click();
  await page.getByRole('button', { name: 'Link Shop' }).waitFor();
  await heard('unlinked');
});
