// Groups, policies and roles in the console: made, granted, tried, taken away; by mouse, by keyboard, and without scripts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { accountFromHost, choose, field, press, see, signInRoot, tryUser, userFromHost } from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

const policy = (effect, action) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: effect, Action: action, Resource: '*' }] }, null, 2);

/** An administrator's and a user's browser in an account of their own. */
async function setting(t, options) {
  const account = await accountFromHost(server);
  const kim = await userFromHost(server, account, { name: 'kim' });
  const admin = await browser(t, server, options);
  await signInRoot(admin, account);
  return { account, kim, admin, user: await browser(t, server, options) };
}

const told = (page) => page.getByRole('status').first().waitFor();

/** Goes to a page by the console's navigation. */
const turnTo = (page, name) => page.getByRole('navigation', { name: 'Console', exact: true }).getByRole('link', { name, exact: true }).click();

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts';

  test(`a policy is written, put right, tried and attached to a group, and counts for its members, ${how}`, async (t) => {
    const { account, kim, admin, user } = await setting(t, { scripts });
    await turnTo(admin, 'Policies');
    await see(admin, 'Policies');
    await choose(admin, 'Create the first policy');
    await see(admin, 'Create a policy');
    await field(admin, 'Policy name').fill('look-at-roles');
    await field(admin, 'Document').fill(policy('Perhaps', 'iam:ListRoles'));
    await press(admin, 'Create policy');
    await admin.getByRole('alert').waitFor();
    assert.match(await field(admin, 'Document').inputValue(), /Perhaps/, 'nothing is lost');
    assert.match(await admin.getByRole('alert').textContent(), /Line 5, character/);
    assert.equal(await admin.getByRole('listitem').filter({ hasText: 'Perhaps' }).getByText('Put right:').count(), 1);
    await field(admin, 'Document').fill(policy('Allow', 'iam:ListRoles'));
    await admin.getByLabel(/^What is to be done/).fill('iam:ListRoles');
    await admin.getByLabel(/^Who/).fill('kim');
    await press(admin, 'Try');
    await admin.getByText('Allowed by look-at-roles (1).').waitFor();
    await press(admin, 'Create policy');
    await see(admin, 'look-at-roles');
    await turnTo(admin, 'Groups');
    await choose(admin, 'Create the first group');
    await see(admin, 'Create a group');
    await field(admin, 'Group name').fill('auditors');
    await press(admin, 'Create group');
    await see(admin, 'auditors');
    await field(admin, 'Policy to attach').fill('look-at-roles');
    await press(admin, 'Attach policy');
    await admin.getByRole('button', { name: 'Detach: look-at-roles' }).waitFor();
    await field(admin, 'User to put into the group').fill('kim');
    await press(admin, 'Put into the group');
    await admin.getByRole('button', { name: 'Take out: kim' }).waitFor();
    await tryUser(user, account.id, 'kim', kim.secret);
    await see(user, 'Hello, kim');
    await turnTo(user, 'Roles');
    await see(user, 'Roles');
    const main = user.getByRole('main');
    assert.deepEqual([await main.getByRole('button').count(), await main.getByRole('link').count()], [0, 0], 'who may only look is offered nothing else');
    assert.equal(await user.getByRole('link', { name: 'Groups' }).count(), 0);
    await admin.getByRole('button', { name: 'Take out: kim' }).click();
    await admin.getByText('Nobody is in it.').waitFor();
    assert.equal((await user.goto('/console/roles')).status(), 404, 'at once');
  });

  test(`a role for another account shows the trust policy it writes, is bounded, ended and deleted, ${how}`, async (t) => {
    const { admin } = await setting(t, { scripts });
    await turnTo(admin, 'Roles');
    await choose(admin, 'Create the first role');
    await see(admin, 'Create a role');
    await field(admin, 'Role name').fill('partner');
    await admin.getByRole('radio', { name: 'Another account' }).check();
    await admin.getByLabel(/^Account number/).fill('2109-8765-4321');
    await admin.getByLabel(/^External ID/).fill('harbour-7');
    await press(admin, 'Show the trust policy');
    await admin.getByRole('list', { name: 'Lines of the trust policy' }).getByText('arn:aws:iam::210987654321:root').waitFor();
    await press(admin, 'Create role');
    await see(admin, 'partner');
    await field(admin, 'Policy that bounds').fill('ReadOnlyAccess');
    await press(admin, 'Set the boundary');
    await admin.getByRole('button', { name: 'Take the boundary away' }).waitFor();
    await field(admin, 'Key').fill('team');
    await admin.getByLabel(/^Value/).fill('harbour');
    await press(admin, 'Save tag');
    await admin.getByRole('button', { name: 'Remove: team' }).waitFor();
    await press(admin, 'End all sessions');
    await told(admin);
    await field(admin, 'To delete, type the role’s name: partner').fill('partner');
    await press(admin, 'Delete partner');
    await see(admin, 'Roles');
    await admin.getByText('No roles yet').waitFor();
  });

  test(`a key made for a user is shown once, and goes when nobody needs it, ${how}`, async (t) => {
    const { admin } = await setting(t, { scripts });
    await turnTo(admin, 'Users');
    await choose(admin, 'kim');
    await see(admin, 'kim');
    await press(admin, 'Make an access key');
    await see(admin, 'New access key for kim');
    const [id, secret] = (await admin.locator('[data-copy]').allTextContents()).map((text) => text.trim());
    assert.match(id, /^AKIA/);
    assert.equal(secret.length, 40);
    assert.equal(await admin.getByRole('button', { name: 'Copy' }).count(), scripts ? 2 : 0);
    await choose(admin, 'I have it: go to kim');
    await see(admin, 'kim');
    assert.ok(!(await admin.content()).includes(secret));
    await press(admin, `Deactivate: ${id}`);
    await press(admin, `Delete: ${id}`);
    await told(admin);
    assert.equal(await admin.getByText(id).count(), 0);
  });
}

test('the editor is used by keyboard alone, and Enter in a field saves nothing', async (t) => {
  const { admin } = await setting(t);
  await admin.goto('/console/policies/new/document');
  await field(admin, 'Policy name').focus();
  await admin.keyboard.type('by-hand');
  await admin.keyboard.press('Tab');
  await admin.keyboard.press('Tab');
  assert.equal(await admin.evaluate(() => document.activeElement.id), 'document');
  await admin.keyboard.press('Control+A');
  await admin.keyboard.insertText(policy('Allow', 'iam:PassRole'));
  await admin.keyboard.press('Tab');
  assert.equal(await admin.evaluate(() => document.activeElement.textContent), 'Check');
  await admin.keyboard.press('Enter');
  await admin.getByRole('heading', { name: 'One thing to look at' }).waitFor();
  await admin.getByLabel(/^What is to be done/).focus();
  await admin.keyboard.type('iam:PassRole');
  await admin.keyboard.press('Enter');
  await admin.getByText('Allowed by by-hand (1).').waitFor();
  await field(admin, 'Document').focus();
  await admin.keyboard.press('Tab');
  await admin.keyboard.press('Tab');
  assert.equal(await admin.evaluate(() => document.activeElement.textContent), 'Create policy');
  await admin.keyboard.press('Enter');
  await see(admin, 'by-hand');
});
