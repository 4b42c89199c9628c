// What people lose, and the way back to each: the same walk for a root user, a builder ID and an IAM user.

import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import { codeMail, counts, forgotPassword, lostDevice, removeDevices, setNew, typeSecond, withoutTheMail } from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, builderFromHost, choose, enrolApp, field, makeCodes, password, press, see, showProof, signInRoot, signOut, tryEmail,
  tryUser, typeCode, userFromHost,
} from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer({ clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

/** An account, with its root user at the console. */
async function account(t, selfService) {
  const made = await accountFromHost(server);
  const admin = await browser(t, server);
  await signInRoot(admin, made);
  if (selfService) {
    await admin.goto('/console/account/password-policy');
    await press(admin, 'Let them reset it themselves');
    await admin.getByRole('status').first().waitFor();
  }
  return { ...made, admin };
}

/** A user of an account that lets its users recover alone, with an address that is confirmed. */
async function user(t) {
  const owner = await account(t, true);
  const made = await userFromHost(server, owner, { name: 'ana' });
  const page = await browser(t, server);
  const email = address('ana');
  await tryUser(page, owner.id, made.name, made.secret);
  await see(page, `Hello, ${made.name}`);
  await page.goto('/security');
  await field(page, 'Email address').fill(email);
  await field(page, 'Your password').fill(made.secret);
  await press(page, 'Send me a code');
  await typeCode(page, (await server.mailbox.take(email, /Your code to confirm this address/)).code);
  await see(page, 'Security');
  return { ...made, email };
}

const byEmail = (kind) => (page, { email, secret }) => tryEmail(page, kind, email, secret);
const KINDS = [
  { kind: 'root', make: () => accountFromHost(server), enter: byEmail('root'), home: ({ name }) => name },
  { kind: 'builder', make: () => builderFromHost(server), enter: byEmail('builder'), home: ({ name }) => `Hello, ${name}` },
  { kind: 'iam', make: user, enter: (page, one) => tryUser(page, one.account, one.name, one.secret), home: ({ name }) => `Hello, ${name}` },
];

/** Enrols an app and saves recovery codes; a week later both serve a recovery. */
async function protect({ enter, home }, page, person) {
  await enter(page, person);
  await see(page, home(person));
  const app = await enrolApp(server, page);
  await see(page, 'Recovery codes');
  const codes = await makeCodes(page);
  await signOut(page);
  await see(page, /Sign in/);
  await server.clock.pass(8 * DAY);
  return { app, codes };
}

for (const what of KINDS) {
  const { kind, make, enter, home } = what;

  test(`the password is lost and the device kept: the mail and the app, ${kind}`, async (t) => {
    const person = await make(t);
    const page = await browser(t, server);
    const { app } = await protect(what, page, person);
    await forgotPassword(page, kind, person);
    await typeCode(page, (await server.mailbox.take(person.email, codeMail(kind))).code);
    await showProof(page, 'Your authenticator app', app.code());
    const fresh = { ...person, secret: password() };
    await setNew(page, fresh.secret);
    await server.mailbox.take(person.email, /password was reset/);
    await enter(page, fresh);
    await typeSecond(page, app.code());
    await see(page, home(person));
  });

  test(`the device is lost: the password and a recovery code, without the mailbox, ${kind}`, async (t) => {
    const person = await make(t);
    const page = await browser(t, server);
    const { app, codes } = await protect(what, page, person);
    await lostDevice(page, kind, person);
    await withoutTheMail(page);
    await showProof(page, 'A recovery code', codes[2]);
    await counts(page);
    await server.mailbox.take(person.email, /Somebody began to get back in/);
    await showProof(page, 'Your password', person.secret);
    await removeDevices(page);
    await page.goto('/console');
    await see(page, 'Enrol an MFA device');
    const fresh = await enrolApp(server, page, 'New phone');
    await see(page, 'Recovery codes');
    const back = await browser(t, server);
    await enter(back, person);
    await typeSecond(back, app.code());
    await back.getByRole('alert').waitFor();
    await typeSecond(back, fresh.code());
    await see(back, home(person));
  });

  test(`password and device are lost: the mail and a recovery code, then another code at sign-in, ${kind}`, async (t) => {
    const person = await make(t);
    const page = await browser(t, server);
    const { codes } = await protect(what, page, person);
    await forgotPassword(page, kind, person);
    await typeCode(page, (await server.mailbox.take(person.email, codeMail(kind))).code);
    await showProof(page, 'A recovery code', codes[0]);
    const fresh = { ...person, secret: password() };
    await setNew(page, fresh.secret);
    await enter(page, fresh);
    await see(page, 'Enter your code');
    await page.getByRole('main').getByRole('link', { name: /recovery code/i }).click();
    await field(page, 'Recovery code').fill(codes[0]);
    await press(page, 'Sign in');
    await page.getByRole('alert').waitFor();
    await field(page, 'Recovery code').fill(codes[1]);
    await press(page, 'Sign in');
    await see(page, 'Recovery codes');
    await enrolApp(server, page, 'New phone');
    await page.goto('/security/mfa');
    await page.getByText('New phone').first().waitFor();
  });
}

test('where the account keeps recovery to itself a user sets no password alone, and an administrator takes the lost device away', async (t) => {
  const owner = await account(t, false);
  const ben = await userFromHost(server, owner, { name: 'ben' });
  const page = await browser(t, server);
  const what = KINDS[2];
  const { codes } = await protect(what, page, ben);
  await forgotPassword(page, 'iam', ben);
  await withoutTheMail(page);
  // Decision 0004: what a stranger would read of a name that does not exist. The code is not used up.
  await showProof(page, 'A recovery code', codes[0]);
  await page.getByRole('alert').getByText('That doesn’t match').waitFor();

  await signInRoot(owner.admin, owner);
  await owner.admin.goto('/console/users');
  await choose(owner.admin, 'ben');
  await owner.admin.getByRole('button', { name: 'Deactivate: Phone' }).click();
  await owner.admin.getByText('the password alone signs ben in').waitFor();
  await press(owner.admin, 'Require a device');
  await owner.admin.getByText('ben enrols one at the next sign-in').waitFor();
  const back = await browser(t, server);
  await what.enter(back, ben);
  await see(back, 'Enrol an MFA device');
  await back.goto('/console');
  await see(back, 'Enrol an MFA device');
  const app = await enrolApp(server, back, 'New phone');
  await see(back, 'Recovery codes');
  await signOut(back);
  await see(back, /Sign in/);
  await what.enter(back, ben);
  await typeSecond(back, app.code());
  await see(back, 'Hello, ben');
});
