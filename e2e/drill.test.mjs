// Rehearsals of the way back (B3), what the owner's own browser says of a recovery (B2), and a passkey as a proof in one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { virtualAuthenticator } from './lib/authenticator.mjs';
import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import { codeMail, forgotPassword, signInWithApp } from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, choose, enrolApp, field, makeCodes, press, see, showProof, signInRoot, signOut, tryEmail, typeCode, typeNewPassword,
} from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer({ clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

/** Starts the rehearsal of one loss on the readiness page. */
async function rehearse(page, lost) {
  await page.goto('/security/readiness');
  await see(page, 'If you lost something today');
  await press(page, `Rehearse: ${lost}`);
}

for (const scripts of [true, false]) {
  test(`b03 a rehearsal walks the real way, takes what is pretended lost for lost, and changes nothing, ${scripts ? 'with' : 'without'} scripts`, async (t) => {
    const account = await accountFromHost(server);
    const page = await browser(t, server, { scripts });
    await signInRoot(page, account);
    const app = await enrolApp(server, page);
    const codes = await makeCodes(page);
    // A week goes by, and the session with it.
    await server.clock.pass(8 * DAY);
    await signInWithApp(page, 'root', account, app);
    await see(page, account.name);

    await rehearse(page, 'Your password and all MFA devices');
    const mail = await server.mailbox.take(account.email, /Your code/);
    await page.getByText('You pretend to have lost your password and your MFA devices').waitFor();
    await typeCode(page, mail.code);
    await see(page, /Rehearsal/);
    await server.mailbox.take(account.email, /Rehearsal/);
    assert.equal(await page.getByRole('link', { name: 'Your authenticator app' }).count(), 0);
    await showProof(page, 'A recovery code', codes[0]);
    await see(page, 'If you lost something today');
    await page.getByText('Got back in').first().waitFor();
    await server.mailbox.take(account.email, /rehearsal went well/i);

    // Nothing was changed: the session lives, the device is there, and the code still counts.
    await page.goto('/security/mfa');
    await page.getByText('Phone').first().waitFor();
    await signOut(page);
    await see(page, /Sign in/);
    await tryEmail(page, 'root', account.email, account.secret);
    await choose(page, 'Recovery code');
    await field(page, 'Recovery code').fill(codes[0]);
    await press(page, 'Sign in');
    await see(page, 'Recovery codes');
  });
}

test('b03 a rehearsal that is ended before its end says so, with its date', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await signInRoot(page, account);
  await rehearse(page, 'Your password');
  await page.getByText('You pretend to have lost your password').waitFor();
  await press(page, 'End the rehearsal');
  await see(page, 'If you lost something today');
  await page.getByText('Did not reach the end').waitFor();
  await server.mailbox.take(account.email, /did not reach its end/);
});

test('b2 whoever is signed in sees that a recovery is under way, and stops it with one button', async (t) => {
  const account = await accountFromHost(server);
  const owner = await browser(t, server);
  await signInRoot(owner, account);
  await enrolApp(server, owner);
  await server.clock.pass(60);

  const other = await browser(t, server);
  await forgotPassword(other, 'root', account);
  const mail = await server.mailbox.take(account.email, codeMail('root'));
  await typeCode(other, mail.code);
  await see(other, 'Show that it’s you');

  await owner.goto('/console');
  await owner.getByRole('heading', { name: 'Somebody is getting back in as you' }).waitFor();
  await press(owner, 'This isn’t me: stop it');
  await see(owner, 'Security');
  await owner.getByText('It is stopped, and all your addresses are told.').waitFor();
  assert.equal(await owner.getByRole('heading', { name: 'Somebody is getting back in as you' }).count(), 0);
  await server.mailbox.take(account.email, /stopped/i);
  await other.reload();
  await see(other, 'This was stopped');
});

test('b1 a forgotten password is replaced with the mail’s code and a passkey', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await virtualAuthenticator(page, { verifies: false });
  await signInRoot(page, account);
  await page.goto('/security/mfa/add');
  await page.locator('#key').fill('Blue key');
  await press(page, 'Continue with a passkey or key');
  await press(page, 'Enrol it');
  await see(page, 'Recovery codes');
  await server.clock.pass(8 * DAY);
  await forgotPassword(page, 'root', account);
  const mail = await server.mailbox.take(account.email, codeMail('root'));
  await typeCode(page, mail.code);
  await see(page, 'Show that it’s you');
  await choose(page, 'Your passkey or security key');
  await see(page, 'Your passkey or security key');
  await press(page, 'Use passkey');
  await see(page, /new password/i);
  await typeNewPassword(page, 'Copper-lantern 77 drifts past Oslo');
  await press(page, 'Set password');
  await see(page, /password is set|new password/i);
  await tryEmail(page, 'root', account.email, 'Copper-lantern 77 drifts past Oslo');
  await press(page, 'Use passkey');
  await see(page, account.name);
});
