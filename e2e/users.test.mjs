// The administrator's work: users, passwords, rules, help requests; and what the users see of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, choose, field, mailFence, openLink, password, press, see, signInRoot, tryUser, typeCode, typeNewPassword,
  userFromHost,
} from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer({ clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

const NO_MATCH = 'That account, user name and password don’t match';

/** Opens the form of a new user from the console's navigation. */
async function newUser(page, name) {
  await page.goto('/console/users');
  await see(page, 'Users');
  await choose(page, /^Create (a|the first) user$/);
  await see(page, 'Create a user');
  await field(page, 'User name').fill(name);
}

/** The secret that is shown once. */
async function shownOnce(page, title) {
  await see(page, title);
  return (await page.getByRole('definition').locator('[data-copy]').textContent()).trim();
}

/** An administrator's and a user's browser in an account of their own. */
async function setting(t, options) {
  const account = await accountFromHost(server);
  const admin = await browser(t, server, options);
  await signInRoot(admin, account);
  return { account, admin, user: await browser(t, server, options) };
}

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts';

  test(`a user with a set-password link chooses a password nobody else knows, ${how}`, async (t) => {
    const { account, admin, user } = await setting(t, { scripts });
    await newUser(admin, 'ana');
    await admin.getByRole('radio', { name: 'A link to set a password' }).check();
    await press(admin, 'Create user');
    const link = await shownOnce(admin, 'Set-password link for ana');
    assert.ok(link.startsWith(`${server.url}/recover/link/`));
    await openLink(user, link);
    await see(user, 'Choose a password');
    const secret = password();
    await typeNewPassword(user, secret);
    await press(user, 'Set password');
    await see(user, 'Your password is set');
    await choose(user, 'Sign in');
    await field(user, 'User name').fill('ana');
    await field(user, 'Password').fill(secret);
    await press(user, 'Sign in');
    await see(user, 'Hello, ana');
    const late = await browser(t, server, { scripts });
    await late.goto(link);
    await see(late, 'This was used already');
    await admin.goto('/console/users');
    await see(admin, 'Users');
    assert.match(await admin.getByRole('row', { name: /ana/ }).textContent(), /Password.*Just now/s);
    assert.ok(account.id);
  });

  test(`a user with a generated password must choose another at the first sign-in, ${how}`, async (t) => {
    const { account, admin, user } = await setting(t, { scripts });
    await newUser(admin, 'ben');
    await admin.getByRole('radio', { name: 'A generated password' }).check();
    assert.ok(await admin.getByRole('checkbox', { name: /must choose an own password/ }).isChecked());
    await press(admin, 'Create user');
    const given = await shownOnce(admin, 'New password for ben');
    await admin.reload();
    assert.ok(!(await admin.content()).includes(given), 'it is shown once');
    await tryUser(user, account.id, 'ben', given);
    await see(user, 'Choose your own password');
    // Nothing else is open until then.
    await user.goto('/security');
    await see(user, 'Choose your own password');
    await user.goto('/console');
    await see(user, 'Choose your own password');
    await field(user, 'Present password').fill(given);
    await typeNewPassword(user, given);
    await press(user, 'Change password');
    await user.getByRole('alert').waitFor();
    const secret = password();
    await field(user, 'Present password').fill(given);
    await typeNewPassword(user, secret);
    await press(user, 'Change password');
    await user.goto('/console');
    await see(user, 'Hello, ben');
    await tryUser(await browser(t, server, { scripts }), account.id, 'ben', given);
    const fresh = await browser(t, server, { scripts });
    await tryUser(fresh, account.id, 'ben', given);
    await fresh.getByRole('alert').getByText(NO_MATCH).waitFor();
    await tryUser(fresh, account.id, 'ben', secret);
    await see(fresh, 'Hello, ben');
  });

  test(`a locked-out user asks the administrator, and both read the same caller code, ${how}`, async (t) => {
    const { account, admin, user } = await setting(t, { scripts });
    const cleo = await userFromHost(server, account, { name: 'cleo' });
    await user.goto('/recover');
    await choose(user, /^A user name, and an account number or alias/);
    await see(user, 'Get back in as IAM user');
    await field(user, 'Account number or alias').fill(account.id);
    await field(user, 'User name').fill('cleo');
    await press(user, 'Continue');
    await see(user, 'Check your email');
    await press(user, 'Ask my administrator');
    await user.getByText('Your caller code').waitFor();
    await user.getByRole('heading', { level: 1 }).waitFor();
    const code = /\d{3} \d{3}/.exec(await user.getByRole('definition').textContent())[0];
    const mail = await server.mailbox.take(account.email, /cleo asks for help to sign in/);
    assert.equal(mail.callerCode, code);
    await admin.goto('/console');
    await choose(admin, 'Look at the help requests');
    await see(admin, 'Help requests');
    await choose(admin, /^cleo/);
    await see(admin, 'cleo asks for help');
    assert.equal((await admin.getByRole('definition').first().textContent()).trim(), code);
    await press(admin, 'Help cleo');
    const link = await shownOnce(admin, 'Set-password link for cleo');
    await openLink(user, link);
    const secret = password();
    await typeNewPassword(user, secret);
    await press(user, 'Set password');
    await see(user, 'Your password is set');
    await tryUser(user, account.id, 'cleo', cleo.secret);
    await user.getByRole('alert').getByText(NO_MATCH).waitFor();
    await tryUser(user, account.id, 'cleo', secret);
    await see(user, 'Hello, cleo');
    await admin.goto('/console/help');
    await see(admin, 'Help requests');
    await admin.getByText('Nobody waits').waitFor();
  });
}

test('a typed password, an administrator, and what each of them sees', async (t) => {
  const { account, admin, user } = await setting(t);
  await newUser(admin, 'dora');
  await admin.getByRole('radio', { name: 'A password you type' }).check();
  await admin.getByLabel(/^Password to give/).first().fill('Typed-for-dora-7');
  await admin.getByRole('checkbox', { name: /must choose an own password/ }).uncheck();
  await admin.getByRole('checkbox', { name: 'Administrator' }).check();
  await press(admin, 'Create user');
  await admin.getByRole('heading', { level: 1 }).waitFor();
  await tryUser(user, account.id, 'dora', 'Typed-for-dora-7');
  await see(user, /Harbour Works|Hello, dora/);
  await user.goto('/console/users');
  await see(user, 'Users');
  // An ordinary user has no such pages.
  const eve = await userFromHost(server, account, { name: 'eve' });
  const ordinary = await browser(t, server);
  await tryUser(ordinary, account.id, 'eve', eve.secret);
  await see(ordinary, 'Hello, eve');
  assert.equal(await ordinary.getByRole('link', { name: 'Users' }).count(), 0);
  const answer = await ordinary.goto('/console/users');
  assert.ok([403, 404].includes(answer.status()));
});

test('the account’s password rules count for its users', async (t) => {
  const { account, admin, user } = await setting(t);
  await admin.goto('/console/account/password-policy');
  await see(admin, 'Password rules');
  await field(admin, 'Fewest characters').fill('20');
  await admin.getByRole('checkbox', { name: /^sign/ }).check();
  await admin.getByLabel(/^Earlier passwords that can’t be used again/).fill('3');
  await press(admin, 'Save rules');
  await admin.getByRole('status').first().waitFor();
  assert.equal(await field(admin, 'Fewest characters').inputValue(), '20');
  const made = await server.host('user', 'create', '--account', account.id, '--name', 'finn');
  await openLink(user, made.SetPasswordUrl);
  await see(user, 'Choose a password');
  assert.match(await user.getByRole('main').textContent(), /At least 20 characters/);
  await typeNewPassword(user, 'Short-but-mixed-1');
  await press(user, 'Set password');
  await user.getByRole('alert').waitFor();
  const first = `${password()}!`;
  await typeNewPassword(user, first);
  await press(user, 'Set password');
  await see(user, 'Your password is set');
  await tryUser(user, account.id, 'finn', first);
  await see(user, 'Hello, finn');
  await user.goto('/security/password');
  const second = `${password()}!`;
  await field(user, 'Present password').fill(first);
  await typeNewPassword(user, second);
  await press(user, 'Change password');
  await see(user, 'Security');
  await user.goto('/security/password');
  await field(user, 'Present password').fill(second);
  await typeNewPassword(user, first);
  await press(user, 'Change password');
  await user.getByRole('alert').waitFor();
  await admin.goto('/console/account/password-policy');
  await press(admin, 'Use the default rules');
  await admin.getByRole('status').first().waitFor();
});

test('a user with a confirmed address gets back in alone, where the account allows it', async (t) => {
  const { account, admin, user } = await setting(t);
  const gus = await userFromHost(server, account, { name: 'gus' });
  await admin.goto('/console/account/password-policy');
  await press(admin, 'Let them reset it themselves');
  await admin.getByRole('status').first().waitFor();
  await tryUser(user, account.id, 'gus', gus.secret);
  await user.goto('/security');
  await see(user, 'Security');
  const email = address('gus');
  await field(user, 'Email address').fill(email);
  await field(user, 'Your password').fill('not the present password');
  await press(user, 'Send me a code');
  await user.getByText('That isn’t your present password').first().waitFor();
  await field(user, 'Your password').fill(gus.secret);
  await press(user, 'Send me a code');
  const proof = await server.mailbox.take(email, /Your code to confirm this address/);
  await typeCode(user, proof.code);
  await see(user, 'Security');
  await user.getByText(/Confirmed:/).waitFor();

  // What was added lately serves no recovery for a week.
  server.clock.pass(8 * DAY);
  await signInRoot(admin, account);
  await tryUser(user, account.id, 'gus', gus.secret);
  await see(user, 'Hello, gus');
  const page = await browser(t, server);
  await page.goto('/recover/iam');
  await field(page, 'Account number or alias').fill(account.number);
  await field(page, 'User name').fill('gus');
  await press(page, 'Continue');
  await see(page, 'Check your email');
  assert.ok(!(await page.content()).includes(email), 'the address is never shown');
  const mail = await server.mailbox.take(email, /Your code to reset your password/);
  await typeCode(page, mail.code);
  await see(page, 'Set a new password');
  const secret = password();
  await typeNewPassword(page, secret);
  await press(page, 'Set password');
  await see(page, 'Your password is set');
  await server.mailbox.take(email, /Your password was reset/);
  await user.goto('/security');
  await see(user, /Sign in/);
  await tryUser(page, account.id, 'gus', secret);
  await see(page, 'Hello, gus');

  // Where it isn't allowed, the same page, and no mail.
  await admin.goto('/console/account/password-policy');
  await press(admin, 'Let nobody reset it themselves');
  await admin.getByRole('status').first().waitFor();
  const before = server.mailbox.to(email).length;
  await page.goto('/recover/iam');
  await field(page, 'Account number or alias').fill(account.number);
  await field(page, 'User name').fill('gus');
  await press(page, 'Continue');
  await see(page, 'Check your email');
  await mailFence(server);
  assert.equal(server.mailbox.to(email).length, before);
});

test('an address counts after the link in its mail, whoever is signed in', async (t) => {
  const { account, admin } = await setting(t);
  const email = address('hal');
  await newUser(admin, 'hal');
  await admin.getByLabel(/^Email address/).fill(email);
  await press(admin, 'Create user');
  await shownOnce(admin, 'Set-password link for hal');
  const mail = await server.mailbox.take(email, /Your code to confirm this address/);
  await admin.goto('/console/users');
  await choose(admin, 'hal');
  await see(admin, 'hal');
  assert.match(await admin.getByRole('main').textContent(), /Confirmed email address\s*None/);
  const hal = await browser(t, server);
  await openLink(hal, mail.link);
  await see(hal, /Sign in|Security/);
  await admin.reload();
  assert.ok((await admin.getByRole('main').textContent()).includes(email));
  assert.ok(account.id);
});

test('a help request can be dismissed, and the user keeps what they had', async (t) => {
  const { account, admin, user } = await setting(t);
  const ida = await userFromHost(server, account, { name: 'ida' });
  await user.goto('/recover/iam');
  await field(user, 'Account number or alias').fill(account.id);
  await field(user, 'User name').fill('ida');
  await press(user, 'Continue');
  await press(user, 'Ask my administrator');
  await user.getByText('Your caller code').waitFor();
  await admin.goto('/console/help');
  await choose(admin, /^ida/);
  const request = admin.url();
  await press(admin, 'Dismiss the request');
  await admin.getByRole('status').first().waitFor();
  await admin.goto(request);
  assert.match(await admin.getByRole('main').textContent(), /Dismissed/);
  assert.equal(await admin.getByRole('button', { name: 'Help ida' }).count(), 0);
  await tryUser(user, account.id, 'ida', ida.secret);
  await see(user, 'Hello, ida');
});

test('b31 disabling, resetting, removing and deleting end a session at once', async (t) => {
  const { account, admin, user } = await setting(t);
  let joe = await userFromHost(server, account, { name: 'joe' });
  const open = async () => {
    await admin.goto('/console/users');
    await choose(admin, 'joe');
    await see(admin, 'joe');
  };
  const signedIn = async () => {
    await tryUser(user, account.id, 'joe', joe.secret);
    await see(user, 'Hello, joe');
  };
  const out = async () => {
    await user.goto('/console');
    await see(user, /Sign in/);
  };
  await signedIn();
  await open();
  await press(admin, 'Disable joe');
  await admin.getByRole('button', { name: 'Enable joe' }).waitFor();
  await out();
  await tryUser(user, account.id, 'joe', joe.secret);
  await user.getByRole('alert').getByText(/switched off/).first().waitFor();
  await press(admin, 'Enable joe');
  await admin.getByRole('button', { name: 'Disable joe' }).waitFor();

  await signedIn();
  await admin.getByRole('radio', { name: 'A generated password' }).check();
  await admin.getByRole('checkbox', { name: /Must choose an own password/ }).uncheck();
  await press(admin, 'Reset password');
  joe = { ...joe, secret: await shownOnce(admin, 'New password for joe') };
  await out();

  await signedIn();
  await open();
  await press(admin, 'Remove console access');
  await admin.getByRole('button', { name: 'Give console access' }).waitFor();
  await out();
  await admin.getByRole('radio', { name: 'A password you type' }).check();
  joe = { ...joe, secret: 'Typed-for-joe-8-again' };
  await admin.getByLabel(/^Password to give/).first().fill(joe.secret);
  await admin.getByRole('checkbox', { name: /Must choose an own password/ }).uncheck();
  await press(admin, 'Give console access');
  await admin.getByRole('heading', { level: 1 }).waitFor();

  await signedIn();
  await open();
  await field(admin, 'To delete, type the user name: joe').fill('jo');
  await press(admin, 'Delete joe');
  await admin.getByRole('alert').waitFor();
  await field(admin, 'To delete, type the user name: joe').fill('joe');
  await press(admin, 'Delete joe');
  await see(admin, 'Users');
  await out();
  await tryUser(user, account.id, 'joe', joe.secret);
  await user.getByRole('alert').getByText(NO_MATCH).waitFor();
  assert.deepEqual(await server.host('user', 'list', '--account', account.id), []);
});

test('the trail tells the administrator what happened', async (t) => {
  const { account, admin } = await setting(t);
  await userFromHost(server, account, { name: 'kim' });
  await admin.goto('/console/trail');
  await see(admin, 'Trail');
  const told = await admin.getByRole('main').textContent();
  for (const event of ['Sign-in', 'User created', 'Account created']) assert.ok(told.includes(event), event);
  assert.ok(!told.includes(account.secret));
});
