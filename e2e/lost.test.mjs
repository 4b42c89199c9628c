// What people lose, and the way back to each: the same walk for a root user, a builder ID and an IAM user.

import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import {
  codeMail, counts, forgotPassword, kinds, lostDevice, personWithApp, removeDevices, setNew, typeSecond, withoutTheMail,
} from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, browserOf, choose, codesOf, enrolApp, field, password, press, see, showProof, signOut, typeCode, userFromHost, visitorIn,
} from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer({ clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

/** Recovery codes beside the app; a week later both serve a recovery. */
async function protectedPerson(what) {
  const { person, visitor, app } = await personWithApp(server, what);
  const codes = await codesOf(visitor);
  await server.clock.pass(8 * DAY);
  return { person, app, codes };
}

for (const kind of ['root', 'builder', 'iam']) {
  const what = () => kinds(server)[kind];

  test(`the password is lost and the device kept: the mail and the app, ${kind}`, async (t) => {
    const { enter, home } = what();
    const { person, app } = await protectedPerson(what());
    const page = await browser(t, server);
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
    const { enter, home } = what();
    const { person, app, codes } = await protectedPerson(what());
    const page = await browser(t, server);
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
    const { enter } = what();
    const { person, codes } = await protectedPerson(what());
    const page = await browser(t, server);
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
  const owner = await accountFromHost(server);
  const ben = await userFromHost(server, owner, { name: 'ben' });
  const what = { ...kinds(server).iam, make: () => ben };
  const { codes } = await protectedPerson(what);
  const page = await browser(t, server);
  await forgotPassword(page, 'iam', ben);
  await withoutTheMail(page);
  // Decision 0004: what a stranger would read of a name that does not exist. The code is not used up.
  await showProof(page, 'A recovery code', codes[0]);
  await page.getByRole('alert').getByText('That doesn’t match').waitFor();

  const admin = await browserOf(t, server, await visitorIn(server, 'root', { email: owner.email, password: owner.secret }));
  await admin.goto('/console/users');
  await choose(admin, 'ben');
  await admin.getByRole('button', { name: 'Deactivate: Phone' }).click();
  await admin.getByText('the password alone signs ben in').waitFor();
  await press(admin, 'Require a device');
  await admin.getByText('ben enrols one at the next sign-in').waitFor();
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
