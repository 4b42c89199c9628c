// Several addresses and phones: each confirmed its own way, each told of what changes, and the ways back that lead over them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import { hearCode, keyIn, number, reaching, readCode, toldOf } from './lib/phone.mjs';
import {
  DEVICE_MAIL, addEmail, addPhone, askCode, codeMail, counts, forgotPassword, giveCode, kinds, lostDevice, personWithApp, phoneOf, removeDevices,
  setNew, signInWithApp, withoutTheMail,
} from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, browserOf, builderFromHost, codesOf, enrolApp, openLink, password, press, see, showProof, signInBuilder, signInRoot, signOut,
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

test('an address and three phones are confirmed, each its own way, and every one of them is told of what changes', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await signInRoot(page, account);
  const second = address('second');
  await addEmail(server, page, second);
  await server.mailbox.take(account.email, /An address was added/);
  const phones = [number(), number(), number()];
  await addPhone(server, provider, page, phones[0], 'text');
  await addPhone(server, provider, page, phones[1], 'voice');
  await toldOf(provider, phones[0], /an address was added/);
  await addPhone(server, provider, page, phones[2], 'keyed');
  const table = await page.getByRole('table').innerText();
  assert.equal(table.match(/From \d\d:\d\d UTC on/g).length, 4, table);

  await enrolApp(server, page);
  await see(page, 'Recovery codes');
  for (const email of [account.email, second]) await server.mailbox.take(email, /An MFA device was added/);
  for (const phone of phones) await toldOf(provider, phone, /an MFA device was added/);

  // Removing one is told to all, to that one too.
  await page.goto('/security/addresses');
  await page.getByRole('button', { name: `Remove: +49•••${phones[1].slice(-2)}` }).click();
  await page.getByRole('status').getByText('It is removed').waitFor();
  for (const phone of phones) await toldOf(provider, phone, /an address was removed/);
  await server.mailbox.take(second, /An address was removed/);
});

test('wrong digits add nothing, keyed in or typed', async (t) => {
  const builder = await builderFromHost(server);
  const page = await browser(t, server);
  await signInBuilder(page, builder);
  await page.goto('/security/addresses');
  const to = number();
  await page.getByLabel('Phone number').fill(to);
  await page.getByRole('radio', { name: /^A call in which/ }).check();
  await press(page, 'Reach my phone');
  await see(page, 'Your phone rings');
  const digits = (await page.getByRole('definition').innerText()).replaceAll(/\D/g, '');
  await press(page, 'I have keyed them in');
  await page.getByRole('status').getByText('have not come in yet').waitFor();
  // The report says that it was taken, never whether the digits were right.
  assert.equal(await keyIn(server, provider, to, digits.split('').reverse().join('') === digits ? '000000' : digits.split('').reverse().join('')), 200);
  await press(page, 'I have keyed them in');
  await page.goto('/security/addresses');
  assert.ok(!(await page.getByRole('table').innerText()).includes('+49'), 'nothing was added');
});

for (const kind of ['root', 'builder', 'iam']) {
  const what = () => kinds(server)[kind];

  test(`the mailbox and the password are lost: another address and the device lead back, ${kind}`, async (t) => {
    const { person, visitor, app } = await personWithApp(server, what());
    const page = await browserOf(t, server, visitor);
    const second = address('second');
    await addEmail(server, page, second);
    await signOut(page);
    await see(page, /Sign in/);
    await server.clock.pass(8 * DAY);

    await forgotPassword(page, kind, person);
    await withoutTheMail(page);
    await askCode(page, second);
    await giveCode(page, (await server.mailbox.take(second, codeMail(kind))).code);
    await counts(page);
    await server.mailbox.take(person.email, /Somebody began to get back in/);
    await showProof(page, 'Your authenticator app', app.code());
    const fresh = { ...person, secret: password() };
    await setNew(page, fresh.secret);
    await signInWithApp(page, kind, fresh, app);
    await see(page, what().home(person));
  });

  test(`the mailbox and the password are lost: a phone, once it is seven days old, and the device lead back, ${kind}`, async (t) => {
    const { person, visitor, app } = await personWithApp(server, what());
    const phone = number();
    await phoneOf(server, provider, visitor, phone);
    const page = await browser(t, server);

    // Seven days have not passed: the phone serves no recovery yet.
    await forgotPassword(page, kind, person);
    await withoutTheMail(page);
    await askCode(page, phone, 'text');
    await giveCode(page, '123456');
    await page.getByRole('alert').getByText('That doesn’t match').waitFor();

    await server.clock.pass(8 * DAY);
    await forgotPassword(page, kind, person);
    await withoutTheMail(page);
    await askCode(page, phone, 'text');
    await giveCode(page, await readCode(provider, phone));
    await counts(page);
    await showProof(page, 'Your authenticator app', app.code());
    const fresh = { ...person, secret: password() };
    await setNew(page, fresh.secret);
    await signInWithApp(page, kind, fresh, app);
    await see(page, what().home(person));
  });
}

test('mailbox, password and device are lost: a phone and a recovery code lead back, and another code to a new device', async (t) => {
  const what = kinds(server).builder;
  const { person, visitor } = await personWithApp(server, what);
  const phone = number();
  await phoneOf(server, provider, visitor, phone);
  const codes = await codesOf(visitor);
  await server.clock.pass(8 * DAY);
  const page = await browser(t, server);
  await forgotPassword(page, 'builder', person);
  await withoutTheMail(page);
  await askCode(page, phone, 'text');
  await giveCode(page, await readCode(provider, phone));
  await counts(page);
  await toldOf(provider, phone, /a recovery was begun/);
  await showProof(page, 'A recovery code', codes[0]);
  const fresh = { ...person, secret: password() };
  await setNew(page, fresh.secret);
  await lostDevice(page, 'builder', person);
  await withoutTheMail(page);
  await showProof(page, 'A recovery code', codes[1]);
  await counts(page);
  await showProof(page, 'Your password', fresh.secret);
  await removeDevices(page);
  const app = await enrolApp(server, page, 'New phone');
  await see(page, 'Recovery codes');
  await signOut(page);
  await see(page, /Sign in/);
  await signInWithApp(page, 'builder', fresh, app);
  await see(page, what.home(person));
});

// Only a recovery code or the account replaces an IAM user’s device: `lost.test.mjs`.
for (const kind of ['root', 'builder']) {
  const what = () => kinds(server)[kind];
  const way = kind === 'root' ? 'voice' : 'keyed';
  test(`the device is lost: the password, the mailed link and a phone call lead back, ${kind}, ${way}`, async (t) => {
    const { person, visitor, app: lost } = await personWithApp(server, what());
    const phone = number();
    await phoneOf(server, provider, visitor, phone);
    const page = await browser(t, server);
    await server.clock.pass(8 * DAY);

    await lostDevice(page, kind, person);
    const mail = await server.mailbox.take(person.email, DEVICE_MAIL);
    const other = await browser(t, server);
    await openLink(other, mail.link);
    const digits = await askCode(other, phone, way);
    if (way === 'keyed') {
      assert.equal(await keyIn(server, provider, phone, digits), 200);
      await press(other, 'I have keyed them in');
    } else {
      await giveCode(other, await hearCode(provider, phone));
    }
    await counts(other);
    await toldOf(provider, phone, /a recovery was begun/);
    await showProof(other, 'Your password', person.secret);
    await removeDevices(other);
    const fresh = await enrolApp(server, other, 'New phone');
    await see(other, 'Recovery codes');
    await server.mailbox.take(person.email, /A recovery was finished/);
    const back = await browser(t, server);
    await signInWithApp(back, kind, person, lost);
    await see(back, 'Enter your code');
    await signInWithApp(back, kind, person, fresh);
    await see(back, what().home(person));
  });
}
