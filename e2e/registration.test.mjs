// Registering an account and a builder ID through the pages, with the mail really read; with scripts and without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, builderFromHost, choose, field, openLink, password, press, registerAccount, registerBuilder, see, signInRoot,
  signOut, typeCode, typeNewPassword,
} from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

const emails = async () => (await server.host('account', 'list')).map((account) => account.Email);

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts';

  test(`an account is registered by the code in the mail, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    const account = await registerAccount(server, page);
    const shown = await server.host('account', 'show', '--account', account.id);
    assert.equal(shown.Email, account.email);
    assert.equal(shown.RootPassword, 'set');
    const told = await server.mailbox.take(account.email, /Your account is ready/);
    assert.ok(told.text.includes(account.number), told.text);
    await choose(page, 'Go to the console');
    await see(page, account.name);
    assert.ok((await page.getByRole('main').textContent()).includes(account.number));
    await signOut(page);
    await signInRoot(page, account);
  });

  test(`a builder ID is registered by the code in the mail, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    const builder = await registerBuilder(server, page);
    await server.mailbox.take(builder.email, /Your builder ID is ready/);
    assert.ok((await server.host('builder', 'list')).some((row) => row.Email === builder.email));
  });

  test(`registration of builder IDs is switched off and on while the server runs, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    t.after(() => server.host('builder', 'registration', 'on'));
    await server.host('builder', 'registration', 'off', '--until', '2031-02-03T08:00:00Z', '--message', 'We move to new machines.');
    await page.goto('/builder/signup');
    await see(page, 'You can’t create a builder ID right now');
    const said = await page.getByRole('main').textContent();
    assert.match(said, /unavailable for now\. We are sorry\./);
    assert.match(said, /We move to new machines\./);
    assert.match(said, /opens again at .*3 February 2031/);
    await choose(page, 'Create an account instead');
    await see(page, 'Create an account');
    assert.equal(new URL(page.url()).pathname, '/signup');
    await server.host('builder', 'registration', 'on');
    await page.goto('/builder/signup');
    await see(page, 'Create a builder ID');
  });
}

test('a registration that was under way when it was switched off ends plainly', async (t) => {
  const page = await browser(t, server);
  t.after(() => server.host('builder', 'registration', 'on'));
  await page.goto('/builder/signup');
  await server.host('builder', 'registration', 'off');
  await field(page, 'Personal email address').fill(address('late'));
  await field(page, 'Your name').fill('Late Comer');
  await press(page, 'Send me a code');
  await see(page, 'You can’t create a builder ID right now');
});

test('the link goes on in the browser that opens it, and the first one is told so', async (t) => {
  const first = await browser(t, server);
  const second = await browser(t, server);
  const email = address();
  await first.goto('/signup');
  await field(first, 'Email address').fill(email);
  await press(first, 'Send me a code');
  await see(first, 'Check your email');
  const mail = await server.mailbox.take(email, /Your code to create an account/);
  await openLink(second, mail.link);
  await see(second, 'Name your account and choose a password');
  await first.reload();
  await see(first, 'This goes on somewhere else');
  await field(second, 'Account name').fill('Second Browser');
  await typeNewPassword(second, password());
  await press(second, 'Create account');
  await see(second, 'Your account is ready');
});

test('an abandoned registration leaves no account', async (t) => {
  const page = await browser(t, server);
  const email = address('abandoned');
  await page.goto('/signup');
  await field(page, 'Email address').fill(email);
  await press(page, 'Send me a code');
  const mail = await server.mailbox.take(email, /Your code to create an account/);
  assert.ok(!(await emails()).includes(email), 'before the code');
  await typeCode(page, mail.code);
  await see(page, 'Name your account and choose a password');
  assert.ok(!(await emails()).includes(email), 'after the code');
  // The address is still free.
  const again = await browser(t, server);
  await again.goto('/signup');
  await field(again, 'Email address').fill(email);
  await press(again, 'Send me a code');
  await server.mailbox.take(email, /Your code to create an account/);
});

test('what is typed is put right before anything is created', async (t) => {
  const page = await browser(t, server);
  const email = address();
  await page.goto('/signup');
  await field(page, 'Email address').fill('ana at example.com');
  await page.getByRole('main').locator('form').evaluate((form) => form.setAttribute('novalidate', ''));
  await press(page, 'Send me a code');
  await page.getByRole('alert').waitFor();
  await see(page, 'Create an account');
  await field(page, 'Email address').fill(email);
  await press(page, 'Send me a code');
  const mail = await server.mailbox.take(email, /Your code to create an account/);
  const wrong = mail.code === '222222' ? '333333' : '222222';
  await typeCode(page, wrong);
  await page.getByRole('alert').waitFor();
  await see(page, 'Check your email');
  // Small letters, spaces and hyphens don't matter.
  await typeCode(page, ` ${mail.code.slice(0, 3).toLowerCase()}-${mail.code.slice(3).toLowerCase()} `);
  await see(page, 'Name your account and choose a password');
  await field(page, 'Account name').fill('Corner Shop');
  await field(page, 'New password').fill('too short');
  await field(page, 'New password again').fill('too shirt');
  await press(page, 'Create account');
  await page.getByRole('alert').waitFor();
  await see(page, 'Name your account and choose a password');
  assert.equal(await field(page, 'New password').inputValue(), '', 'a password is never sent back');
  assert.equal(await field(page, 'Account name').inputValue(), 'Corner Shop');
  await typeNewPassword(page, password());
  await press(page, 'Create account');
  await see(page, 'Your account is ready');
});

test('the fifth wrong code ends the registration, and the right one comes too late', async (t) => {
  const page = await browser(t, server);
  const email = address();
  await page.goto('/signup');
  await field(page, 'Email address').fill(email);
  await press(page, 'Send me a code');
  const mail = await server.mailbox.take(email, /Your code to create an account/);
  const wrong = mail.code === '222222' ? '333333' : '222222';
  const form = page.url();
  for (let tries = 0; tries < 5; tries += 1) await typeCode(page, wrong);
  await see(page, 'Too many tries');
  await page.goto(form);
  await see(page, 'Too many tries');
  assert.ok(!(await emails()).includes(email));
});

test('an address that is taken gets the same page, and a mail that says so', async (t) => {
  const account = await accountFromHost(server);
  const builder = await builderFromHost(server);
  const page = await browser(t, server);
  await page.goto('/signup');
  await field(page, 'Email address').fill(account.email.toUpperCase());
  await press(page, 'Send me a code');
  await see(page, 'Check your email');
  const told = await server.mailbox.take(account.email, /You have an account already/);
  assert.equal(told.code, null);
  await page.goto('/builder/signup');
  await field(page, 'Personal email address').fill(builder.email);
  await field(page, 'Your name').fill('Somebody Else');
  await press(page, 'Send me a code');
  await see(page, 'Check your email');
  await server.mailbox.take(builder.email, /You have a builder ID already/);
});
