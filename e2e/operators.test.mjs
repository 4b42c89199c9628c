// Operators: made by the host, in with password and device, and two of them together for somebody who has lost nearly everything.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser, reopened } from './lib/browser.mjs';
import { DAY, HOUR } from './lib/clock.mjs';
import {
  askOperators, forgotPassword, howFar, kinds, linkOf, lostDevice, personWithApp, removeDevices, setNew, signInWithApp, startWaiting, typeSecond,
  withoutTheMail,
} from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, appOf, browserOf, builderFromHost, choose, enrolApp, field, openLink, password, press, see, setByLink, showProof,
  signInBuilder, userFromHost,
} from './lib/steps.mjs';
import { Visitor } from './lib/visitor.mjs';

let server;
before(async () => {
  server = await startServer({ clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

async function made(role, name) {
  const email = address(role);
  const { SetPasswordUrl: link } = await server.host('operator', 'create', '--name', name, '--email', email, '--role', role);
  return { name, email, secret: password(), link };
}

/** Somebody whom the host made an operator, from the link to the enrolled device. */
async function newOperator(t, role, name) {
  const one = await made(role, name);
  const page = await browser(t, server.operators);
  await openLink(page, one.link);
  await setNew(page, one.secret, 'Choose a password');
  await choose(page, 'Sign in');
  await enter(page, one);
  const app = await enrolApp(server, page, 'Phone', '/operator');
  await see(page, 'Recovery codes');
  return { ...one, page, app };
}

/** The same, signed in over HTTP. */
async function operator(t, role, name) {
  const one = await made(role, name);
  await setByLink(server.operators, one.link, one.secret);
  const visitor = new Visitor(server.operators.url);
  await visitor.submit('/operator/signin', { email: one.email, password: one.secret });
  const app = await appOf(server, visitor, '/operator');
  return { ...one, app, page: await browserOf(t, server.operators, visitor) };
}

async function enter(page, { email, secret }) {
  await see(page, 'Sign in as operator');
  await field(page, 'Email address').fill(email);
  await field(page, 'Password').fill(secret);
  await press(page, 'Sign in');
}

/** Types a caller code as it was read out; ends on the page of what it leads to. */
async function lookUp(page, code) {
  await page.goto('/operator');
  await see(page, 'Help somebody back in');
  await field(page, 'Caller code').fill(code);
  await press(page, 'Look it up');
}

async function openHelp(page, code) {
  await lookUp(page, code);
  await see(page, 'Is this the caller?');
  await field(page, 'Caller code, once more').fill(code);
  await press(page, 'Open this recovery');
}

/** Goes to a recovery that somebody else opened and that waits for this operator's word. */
async function toDecide(page, { name }, what) {
  await page.goto('/operator/recoveries');
  await see(page, 'Recoveries');
  await page.getByRole('row').filter({ hasText: name }).getByRole('link', { name: what }).click();
  await see(page, 'Approve this recovery?');
}

/** Somebody who has lost the password, the mailbox and the device, and asks the operators. */
async function lostAll(t, kind, person) {
  const page = await browser(t, server);
  await forgotPassword(page, kind, person);
  await withoutTheMail(page);
  return { page, code: await askOperators(page) };
}

test('two operators help a root user who has lost everything, and the owner is told from the first step to the last', async (t) => {
  const { person: account, app } = await personWithApp(server, kinds(server).root);
  const support = await newOperator(t, 'support', 'Olu Adeyemi');
  const security = await newOperator(t, 'security', 'Sam Reyes');

  const asks = await lostAll(t, 'root', account);
  await security.page.goto('/operator/recoveries');
  await security.page.getByRole('heading', { name: 'Nothing to decide' }).waitFor();
  await openHelp(support.page, asks.code);
  await support.page.getByText('You opened it. Another operator of role security decides.').waitFor();
  // V2.3.5: whoever opened it does not approve it.
  assert.equal(await support.page.getByRole('button', { name: 'Approve' }).count(), 0);
  await server.mailbox.take(account.email, /Somebody began to get back in/);

  await security.page.goto('/operator');
  await security.page.getByRole('link', { name: 'Recoveries 1 waiting for you' }).click();
  await toDecide(security.page, support, 'New password, root user');
  await press(security.page, 'Approve');
  await see(security.page, 'The waiting time runs');
  await server.mailbox.take(account.email, /A recovery waits for you to object/);

  asks.page = await reopened(t, server, asks.page);
  await see(asks.page, 'Your waiting time runs');
  await asks.page.goto(asks.page.url().replace('/ways', '/reenrol'));
  await see(asks.page, 'Your waiting time runs');
  await server.clock.pass(37 * HOUR);
  await server.mailbox.take(account.email, /Half of the time to stop a recovery is over/);
  await server.clock.pass(36 * HOUR);
  await server.mailbox.take(account.email, /A recovery can be finished now/);
  await asks.page.reload();
  const fresh = { ...account, secret: password() };
  await setNew(asks.page, fresh.secret);
  await server.mailbox.take(account.email, /A recovery was finished|Your root password was reset/);
  // The device stays: the new password alone signs nobody in.
  await signInWithApp(asks.page, 'root', fresh, app);
  await see(asks.page, account.name);
});

test('the same for a builder ID; whoever opened it can’t approve it, and a wrong code opens nothing', async (t) => {
  const builder = await builderFromHost(server);
  const first = await operator(t, 'security', 'Kim Sato');
  const second = await operator(t, 'security', 'Noor Haddad');
  const asks = await lostAll(t, 'builder', builder);

  await lookUp(first.page, asks.code === '000 000' ? '000 001' : '000 000');
  await first.page.getByRole('alert').getByText('No recovery that goes on has this code').waitFor();
  await openHelp(first.page, asks.code);
  await first.page.getByText('You opened it').waitFor();
  assert.equal(await first.page.getByRole('button', { name: 'Approve' }).count(), 0);
  await lookUp(second.page, asks.code);
  await second.page.getByText('Another operator opened it already').waitFor();
  await toDecide(second.page, first, 'New password, builder ID');
  await press(second.page, 'Approve');
  await see(second.page, 'The waiting time runs');
  await server.clock.pass(73 * HOUR);
  await asks.page.reload();
  const fresh = { ...builder, secret: password() };
  await setNew(asks.page, fresh.secret);
  await signInBuilder(asks.page, fresh);
});

test('an operator refuses with a reason, and the person can’t go on with that', async (t) => {
  const account = await accountFromHost(server);
  const support = await operator(t, 'support', 'Ida Berg');
  const security = await operator(t, 'security', 'Tom Oyelaran');
  const asks = await lostAll(t, 'root', account);
  await openHelp(support.page, asks.code);
  await toDecide(security.page, support, 'New password, root user');
  await field(security.page, 'Why').fill('The number on file knows nobody of that name');
  await press(security.page, 'Refuse');
  await security.page.getByText('What rests on the operators’ word has ended').waitFor();
  await asks.page.reload();
  assert.equal(await asks.page.getByLabel('New password', { exact: true }).count(), 0);
  // What the host prints of the installation’s trail says who, and why.
  const trail = JSON.stringify(await server.host('trail', 'list'));
  assert.ok(trail.includes('RecoveryRefusedByOperator') && trail.includes('knows nobody of that name'), trail);
});

test('the owner stops it from a notice, without a password', async (t) => {
  const account = await accountFromHost(server);
  const support = await operator(t, 'support', 'Ana Novak');
  const security = await operator(t, 'security', 'Jo Lindt');
  const asks = await lostAll(t, 'root', account);
  await openHelp(support.page, asks.code);
  await toDecide(security.page, support, 'New password, root user');
  await press(security.page, 'Approve');
  const notice = await server.mailbox.take(account.email, /A recovery waits for you to object/);
  const owner = await browser(t, server);
  await owner.goto(linkOf(notice, '/notice/'));
  await press(owner, 'This wasn’t me: stop everything');
  await see(owner, 'Everything is stopped');
  await server.mailbox.take(account.email, /A recovery was stopped/);
  await asks.page.reload();
  await see(asks.page, 'This was stopped');
  await server.clock.pass(4 * DAY);
  await asks.page.reload();
  assert.equal(await asks.page.getByLabel('New password', { exact: true }).count(), 0);
  await security.page.reload();
  await enter(security.page, security);
  await typeSecond(security.page, security.app.code());
  await see(security.page, 'Help somebody back in');
  await choose(security.page, 'How ready is this installation?');
  await see(security.page, 'Readiness');
  await security.page.getByText('No recovery waits.').waitFor();
});

for (const [kind, whose] of [['root', 'root user'], ['builder', 'builder ID']]) {
  test(`the device is lost: the password and two operators replace it after the waiting time, ${kind}`, async (t) => {
    const what = kinds(server)[kind];
    const { person } = await personWithApp(server, what);
    const support = await operator(t, 'support', 'Eva Moreau');
    const security = await operator(t, 'security', 'Max Ruiz');
    const page = await browser(t, server);
    await lostDevice(page, kind, person);
    await withoutTheMail(page);
    const code = await askOperators(page);
    await openHelp(support.page, code);
    await toDecide(security.page, support, `Lost MFA devices, ${whose}`);
    await press(security.page, 'Approve');
    // The operators' word alone is not enough here, so nothing waits yet.
    await see(security.page, 'Approved');
    await howFar(page);
    await showProof(page, 'Your password', person.secret);
    await startWaiting(page);
    await server.clock.pass(73 * HOUR);
    await page.reload();
    await removeDevices(page);
    const app = await enrolApp(server, page, 'New phone');
    await see(page, 'Recovery codes');
    const back = await browser(t, server);
    await signInWithApp(back, kind, person, app);
    await see(back, what.home(person));
  });
}

test('an IAM user is sent to an administrator of the account', async (t) => {
  const user = await userFromHost(server, await accountFromHost(server));
  const support = await operator(t, 'support', 'Lin Zhou');
  const asks = await lostAll(t, 'iam', user);
  await lookUp(support.page, asks.code);
  await support.page.getByText('An IAM user’s way back is an administrator of the account').waitFor();
  assert.equal(await support.page.getByRole('button', { name: 'Open this recovery' }).count(), 0);
});
