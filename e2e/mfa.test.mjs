// Second factors: enrolling them, signing in with them, and what a mailbox alone can't do to them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { virtualAuthenticator } from './lib/authenticator.mjs';
import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import { kinds, personWithApp, typeSecond } from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, answerProof, builderFromHost, choose, enrolApp, field, makeCodes, press, see, showProof, signInRoot, signOut, tryEmail,
  typeCode,
} from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer({ clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

for (const scripts of [true, false]) {
  test(`an app is enrolled, and its code is asked for after the password, once each, ${scripts ? 'with scripts' : 'without scripts'}`, async (t) => {
    const account = await accountFromHost(server);
    const page = await browser(t, server, { scripts });
    await signInRoot(page, account);
    const app = await enrolApp(server, page);
    await see(page, 'Recovery codes');
    await server.mailbox.take(account.email, /device/i);
    await signOut(page);

    await tryEmail(page, 'root', account.email, account.secret);
    const code = app.code();
    await typeSecond(page, code);
    await see(page, account.name);
    await signOut(page);

    // RFC 6238 section 5.2: a code is taken once.
    const again = await browser(t, server, { scripts });
    await tryEmail(again, 'root', account.email, account.secret);
    await typeSecond(again, code);
    await see(again, 'Enter your code');
    await again.goto('/console');
    await see(again, /Sign in/);
  });
}

test('a recovery code is printed, and stands in for the device, once', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await signInRoot(page, account);
  await enrolApp(server, page);
  await see(page, 'Recovery codes');
  await page.addInitScript(() => (globalThis.print = () => (document.title = 'printed')));
  const codes = await makeCodes(page);
  await press(page, 'Print');
  assert.equal(await page.title(), 'printed');
  await page.emulateMedia({ media: 'print' });
  const sheet = await page.locator('body').innerText();
  for (const words of [...codes, account.name, 'made on']) assert.ok(sheet.includes(words), `${words} in ${sheet}`);
  const around = page.getByRole('button').or(page.getByRole('navigation')).filter({ visible: true });
  assert.equal(await around.count(), 0, sheet);
  await page.emulateMedia({ media: 'screen' });
  await signOut(page);

  for (const [code, opens] of [[codes[3], true], [codes[3], false], [codes[4].toLowerCase().replaceAll('-', ' '), true]]) {
    const fresh = await browser(t, server);
    await tryEmail(fresh, 'root', account.email, account.secret);
    await see(fresh, 'Enter your code');
    await fresh.getByRole('main').getByRole('link', { name: /recovery code/i }).click();
    await see(fresh, 'Enter a recovery code');
    await field(fresh, 'Recovery code').fill(code);
    await press(fresh, 'Sign in');
    await see(fresh, opens ? 'Recovery codes' : 'Enter a recovery code');
  }
});

for (const kind of ['root', 'builder', 'iam']) {
  test(`an app whose clock is wrong is set right with two codes, ${kind}`, async (t) => {
    const what = kinds(server)[kind];
    const { person, app } = await personWithApp(server, what);
    const page = await browser(t, server);
    server.clock.pass(40 * 60);
    // The phone shows what was right 20 minutes ago.
    const late = { code: () => app.at(server.clock.now() - 20 * 60_000), next: () => app.at(server.clock.now() - 20 * 60_000 + 30_000) };
    await what.enter(page, person);
    await typeSecond(page, late.code());
    await see(page, 'Enter your code');
    await choose(page, 'My codes aren’t accepted');
    await see(page, 'Set your device’s clock right');
    await field(page, 'First code').fill(late.code());
    await field(page, 'Next code').fill(late.next());
    await press(page, 'Set the clock right and sign in');
    await see(page, what.home(person));
  });
}

test('a passkey is enrolled, and signs in alone', async (t) => {
  const builder = await builderFromHost(server);
  const page = await browser(t, server);
  await virtualAuthenticator(page);
  await tryEmail(page, 'builder', builder.email, builder.secret);
  await see(page, `Hello, ${builder.name}`);
  await page.goto('/security/mfa/add');
  await page.locator('#key').fill('Laptop');
  await press(page, 'Continue with a passkey or key');
  await see(page, 'Enrol your passkey or security key');
  await press(page, 'Enrol it');
  await see(page, 'Recovery codes');
  await page.goto('/security/mfa');
  await see(page, 'MFA devices');
  assert.match(await page.getByRole('main').innerText(), /Laptop[\s\S]*Passkey/);
  await signOut(page);
  await see(page, /Sign in/);
  await page.goto('/signin/builder');
  // The browser offers it by itself (conditional mediation), and this authenticator takes what it is offered.
  await see(page, `Hello, ${builder.name}`);
});

test('a security key is a second factor behind the password', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  const key = await virtualAuthenticator(page, { verifies: false });
  await signInRoot(page, account);
  await page.goto('/security/mfa/add');
  await page.locator('#key').fill('Blue key');
  await press(page, 'Continue with a passkey or key');
  await press(page, 'Enrol it');
  await see(page, 'Recovery codes');
  await signOut(page);
  await tryEmail(page, 'root', account.email, account.secret);
  await page.getByRole('main').getByRole('button', { name: /Use passkey/ }).waitFor();
  await page.goto('/console');
  await see(page, /Sign in/);
  await tryEmail(page, 'root', account.email, account.secret);
  await press(page, 'Use passkey');
  await see(page, account.name);
  await key.remove();
});

// Invariant: MFA is never undone by email alone.
test('the mailbox alone resets nothing where a device stands', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await signInRoot(page, account);
  const app = await enrolApp(server, page);
  await see(page, 'Recovery codes');
  await signOut(page);
  await server.clock.pass(8 * DAY);

  const thief = await browser(t, server);
  await thief.goto('/recover/root');
  await field(thief, 'Email address').fill(account.email);
  await press(thief, 'Send me a code');
  const mail = await server.mailbox.take(account.email, /Your code to reset your root password/);
  await typeCode(thief, mail.code);
  assert.notEqual(await thief.getByRole('heading', { level: 1 }).innerText(), 'Set a new password');
  const owner = await browser(t, server);
  await tryEmail(owner, 'root', account.email, account.secret);
  await typeSecond(owner, app.code());
  await see(owner, account.name);
});

test('a lost device is replaced with the mail’s code, a recovery code and the password; a wrong code opens nothing', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await signInRoot(page, account);
  const app = await enrolApp(server, page);
  await see(page, 'Recovery codes');
  const codes = await makeCodes(page);
  await server.clock.pass(8 * DAY);

  const lost = await browser(t, server);
  await tryEmail(lost, 'root', account.email, account.secret);
  await see(lost, 'Enter your code');
  await choose(lost, 'I don’t have my device');
  await see(lost, 'Get back in without your device');
  await choose(lost, /^The email address of an account/);
  await field(lost, 'Email address').fill(account.email);
  await press(lost, 'Continue');
  const mail = await server.mailbox.take(account.email, /Your code/);
  await typeCode(lost, mail.code);
  await showProof(lost, 'A recovery code', `${codes[0].slice(0, -1)}${codes[0].endsWith('A') ? 'B' : 'A'}`);
  await lost.getByRole('alert').waitFor();
  await answerProof(lost, 'A recovery code', codes[1]);
  await lost.getByText('a code by mail, a recovery code').waitFor();
  await showProof(lost, 'Your password', account.secret);
  await see(lost, 'Replace your device');
  await press(lost, 'Remove my old devices and go on');
  await see(lost, 'Enrol an MFA device');
  await lost.goto('/console');
  await see(lost, 'Enrol an MFA device');
  const fresh = await enrolApp(server, lost, 'New phone');
  await see(lost, 'Recovery codes');

  const back = await browser(t, server);
  await tryEmail(back, 'root', account.email, account.secret);
  await typeSecond(back, app.code());
  await see(back, 'Enter your code');
  await field(back, 'Code').fill(fresh.code());
  await press(back, 'Sign in');
  await see(back, account.name);
});
