// Every page there is, in both colour schemes and both widths: pictures kept as build output, axe on each; keyboard and fields.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { NARROW, browser, closeBrowser, shoot } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, builderFromHost, choose, field, openLink, password, press, signInBuilder, signInRoot, tryEmail, tryUser, typeCode,
  typeNewPassword, userFromHost,
} from './lib/steps.mjs';
import { Visitor } from './lib/visitor.mjs';

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

/** Sends a form that the browser itself would hold back, so that the server's own words show. */
async function pressAnyway(page, name) {
  await page.getByRole('main').locator('form').first().evaluate((form) => form.setAttribute('novalidate', ''));
  await press(page, name);
  await page.getByRole('alert').first().waitFor();
}

async function visit(page, path, name) {
  await page.goto(path);
  await shoot(page, name);
}

/** Waits for the page after a press, and takes its picture. */
async function then(page, heading, name) {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await shoot(page, name);
}

test('pages of signing in', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await visit(page, '/signin', 'signin');
  await visit(page, '/signin/root', 'signin-root');
  await field(page, 'Email address').fill('ana');
  await pressAnyway(page, 'Continue');
  await shoot(page, 'signin-root-error');
  await field(page, 'Email address').fill(account.email);
  await press(page, 'Continue');
  await field(page, 'Password').waitFor();
  await shoot(page, 'signin-root-password');
  for (let tries = 0; tries < 6; tries += 1) {
    await field(page, 'Password').fill('not this one');
    await press(page, 'Sign in');
    await page.getByRole('alert').waitFor();
    if (tries === 0) await shoot(page, 'signin-root-mismatch');
  }
  await shoot(page, 'signin-root-delay');
  await visit(page, '/signin/iam', 'signin-iam');
  await pressAnyway(page, 'Sign in');
  await shoot(page, 'signin-iam-errors');
  await visit(page, '/a/harbour-works', 'signin-iam-alias');
  await visit(page, '/signin/builder', 'signin-builder');
});

test('pages of choices about cookies', async (t) => {
  const page = await browser(t, server);
  await visit(page, '/privacy/cookies', 'privacy-cookies');
  await visit(page, '/privacy/ads', 'privacy-ads');
  await pressAnyway(page, 'Save privacy choices');
  await shoot(page, 'privacy-ads-error');
  await visit(page, '/privacy/cookie-notice', 'privacy-cookie-notice');
  await visit(page, '/privacy/notice', 'privacy-notice');
  await page.goto('/signin');
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByText('Your choices are saved.').waitFor();
  await shoot(page, 'privacy-saved');
  const account = await accountFromHost(server);
  await signInRoot(page, account);
  await visit(page, '/privacy/cookies', 'privacy-cookies-person');
  await page.getByRole('main').getByRole('button', { name: 'Forget that it was me' }).click();
  await page.getByText('It is forgotten').waitFor();
  await visit(page, '/console', 'privacy-asked-console');
});

test('pages of getting back in', async (t) => {
  const account = await accountFromHost(server);
  const user = await userFromHost(server, account, { name: 'ana' });
  const page = await browser(t, server);
  await visit(page, '/recover', 'recover');
  await visit(page, '/recover/iam', 'recover-iam');
  await visit(page, '/recover/builder', 'recover-builder');
  await visit(page, '/recover/find', 'recover-find');
  await field(page, 'Email address').fill(account.email);
  await press(page, 'Send what belongs to it');
  await then(page, 'Check your email', 'recover-find-sent');
  await visit(page, '/recover/root', 'recover-root');
  await field(page, 'Email address').fill(account.email);
  await press(page, 'Send me a code');
  await then(page, 'Check your email', 'case-code');
  const first = await server.mailbox.take(account.email, /Your code/);
  await field(page, 'Code').fill('222222');
  await press(page, 'Continue');
  await page.getByRole('alert').waitFor();
  await shoot(page, 'case-code-wrong');
  await press(page, 'Send a fresh code');
  await page.getByRole('status').waitFor();
  await shoot(page, 'case-code-resent');
  const mail = await server.mailbox.take(account.email, /Your code/);
  const other = await browser(t, server);
  await visit(other, first.link, 'case-ended-expired');
  await visit(other, page.url(), 'case-ended-elsewhere');
  await visit(other, mail.link.slice(0, -4), 'case-ended-incomplete');
  await visit(other, mail.link, 'case-link');
  await press(other, 'Continue');
  await then(other, 'Set a new password', 'case-password');
  await field(other, 'New password').fill('too short');
  await field(other, 'New password again').fill('too different');
  await press(other, 'Set password');
  await other.getByRole('alert').waitFor();
  await shoot(other, 'case-password-errors');
  await typeNewPassword(other, password());
  await press(other, 'Set password');
  await then(other, 'Your password is set', 'case-done');
  await visit(other, mail.link, 'case-ended-used');
  await page.goto('/recover/iam');
  await field(page, 'Account number or alias').fill(account.id);
  await field(page, 'User name').fill(user.name);
  await press(page, 'Continue');
  await then(page, 'Check your email', 'case-code-iam');
  await press(page, 'Ask my administrator');
  await page.getByText('Your caller code').waitFor();
  await shoot(page, 'help-asked');
  await page.goto('/recover/root');
  await field(page, 'Email address').fill(address());
  await press(page, 'Send me a code');
  for (let tries = 0; tries < 5; tries += 1) await typeCode(page, '222222');
  await then(page, 'Too many tries', 'case-ended-tries');
});

test('pages of the help centre', async (t) => {
  const page = await browser(t, server);
  await visit(page, '/help', 'help');
  await visit(page, '/help/start', 'help-start');
  await visit(page, '/help/start/lost', 'help-question');
  await visit(page, '/help/device-lost-or-broken', 'help-article');
  await page.getByRole('button', { name: 'No' }).click();
  await page.getByRole('status').waitFor();
  await shoot(page, 'help-article-rated');
  await visit(page, '/help/search?q=lost+phoen', 'help-search');
  await visit(page, '/help/search?q=xyzzyx', 'help-search-nothing');
  await visit(page, '/support', 'support');
  await pressAnyway(page, 'Send my request');
  await shoot(page, 'support-errors');
  await page.getByRole('radio', { name: 'The second step' }).check();
  await field(page, 'Your email address').fill('kim@example.com');
  await field(page, 'What happened?').fill('The app is gone.');
  await press(page, 'Send my request');
  await then(page, 'Your request is with us', 'support-asked');
});

test('pages of registering', async (t) => {
  const page = await browser(t, server);
  const email = address();
  await visit(page, '/signup', 'signup');
  await field(page, 'Email address').fill(email);
  await press(page, 'Send me a code');
  await then(page, 'Check your email', 'signup-code');
  const mail = await server.mailbox.take(email, /Your code/);
  await typeCode(page, mail.code);
  await then(page, 'Name your account and choose a password', 'signup-details');
  await pressAnyway(page, 'Create account');
  await shoot(page, 'signup-details-errors');
  await field(page, 'Account name').fill('Harbour Works');
  await typeNewPassword(page, password());
  await press(page, 'Create account');
  await then(page, 'Your account is ready', 'signup-done');
  await visit(page, '/console', 'console-home-new');
  const other = await browser(t, server);
  const builder = address('bea');
  await visit(other, '/builder/signup', 'builder-signup');
  await field(other, 'Personal email address').fill(builder);
  await field(other, 'Your name').fill('Bea Stone');
  await press(other, 'Send me a code');
  await then(other, 'Check your email', 'builder-code');
  await typeCode(other, (await server.mailbox.take(builder, /Your code/)).code);
  await then(other, 'Choose a password', 'builder-password');
  await typeNewPassword(other, password());
  await press(other, 'Create builder ID');
  await then(other, 'Hello, Bea Stone', 'console-home-builder');
  t.after(() => server.host('builder', 'registration', 'on'));
  await server.host('builder', 'registration', 'off', '--until', '3 days', '--message', 'We move to new machines.');
  await visit(other, '/builder/signup', 'builder-off');
  await server.host('builder', 'registration', 'off');
  await visit(other, '/builder/signup', 'builder-off-unknown');
});

test('pages of the administrator', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await signInRoot(page, account);
  await visit(page, '/console/users', 'console-users-empty');
  await visit(page, '/console/help', 'console-help-empty');
  await visit(page, '/console/users/new', 'console-user-new');
  await pressAnyway(page, 'Create user');
  await shoot(page, 'console-user-new-errors');
  await field(page, 'User name').fill('ben');
  await page.getByRole('radio', { name: 'A generated password' }).check();
  await press(page, 'Create user');
  await then(page, 'New password for ben', 'console-user-password');
  await page.goto('/console/users/new');
  await field(page, 'User name').fill('temp.contractor+harbour-works-night-shift');
  await press(page, 'Create user');
  await then(page, /^Set-password link for temp/, 'console-user-link');
  const admin = await userFromHost(server, account, { name: 'dora', administrator: true });
  const ana = await userFromHost(server, account, { name: 'ana' });
  const visitor = new Visitor(server.url);
  const code = await visitor.submit('/recover/iam', { account: account.id, user_name: 'ana' });
  await visitor.follow(await visitor.post(`${code.path}/help`, { csrf: /name="csrf" value="([^"]*)"/.exec(code.text)[1] }));
  await visit(page, '/console/users', 'console-users');
  await choose(page, 'ana');
  await then(page, 'ana', 'console-user');
  await press(page, 'Disable ana');
  await page.getByRole('button', { name: 'Enable ana' }).waitFor();
  await shoot(page, 'console-user-disabled');
  await press(page, 'Enable ana');
  await visit(page, '/console', 'console-home');
  await visit(page, '/console/help', 'console-help');
  await choose(page, /^ana/);
  await then(page, 'ana asks for help', 'console-help-request');
  await press(page, 'Dismiss the request');
  await page.getByRole('status').first().waitFor();
  await shoot(page, 'console-help-past');
  await visit(page, '/console/account', 'console-account');
  await field(page, 'Alias').fill('harbour-works-pages');
  await press(page, 'Set alias');
  await page.getByRole('status').first().waitFor();
  await shoot(page, 'console-account-alias');
  await visit(page, '/console/account/password-policy', 'console-policy');
  await field(page, 'Fewest characters').fill('5');
  await pressAnyway(page, 'Save rules');
  await shoot(page, 'console-policy-error');
  await field(page, 'Fewest characters').fill('12');
  await press(page, 'Save rules');
  await page.getByRole('status').first().waitFor();
  await shoot(page, 'console-policy-own');
  await visit(page, '/console/trail', 'console-trail');
  await page.getByText('Record').first().click();
  await shoot(page, 'console-trail-record');
  await visit(page, '/console/permissions', 'console-permissions');
  await field(page, 'What is to be done').fill('DeleteUser');
  await press(page, 'Ask');
  await shoot(page, 'console-permissions-error');
  await field(page, 'What is to be done').fill('iam:DeleteUser');
  await press(page, 'Ask');
  await shoot(page, 'console-permissions-who');
  await choose(page, 'User dora');
  assert.equal(await page.getByText('Allowed by AdministratorAccess').count(), 1);
  await shoot(page, 'console-permissions-why');
  await visit(page, '/security', 'security-root');
  await visit(page, '/security/password', 'security-password');
  const dora = await browser(t, server);
  await tryUser(dora, account.id, 'dora', admin.secret);
  await dora.goto('/console/users');
  await choose(dora, 'dora');
  await then(dora, 'dora', 'console-user-self');
  const user = await browser(t, server);
  await tryUser(user, account.id, 'ana', ana.secret);
  await then(user, 'Hello, ana', 'console-home-user');
  await visit(user, '/console/users', 'problem-forbidden');
  await user.goto('/security');
  const email = address();
  await field(user, 'Email address').fill(email);
  await field(user, 'Your password').fill(ana.secret);
  await press(user, 'Send me a code');
  await then(user, 'Check your email', 'address-code');
  await typeCode(user, (await server.mailbox.take(email, /Your code/)).code);
  await then(user, 'Security', 'security-user');
  const given = await server.host('user', 'reset-password', '--account', account.id, '--name', 'ana', '--access', 'generated');
  await tryUser(user, account.id, 'ana', given.Password);
  await then(user, 'Choose your own password', 'security-must-change');
});

test('pages of groups, policies and roles', async (t) => {
  const account = await accountFromHost(server);
  const user = await userFromHost(server, account, { name: 'ana' });
  const page = await browser(t, server);
  await signInRoot(page, account);
  for (const name of ['groups', 'policies', 'roles']) await visit(page, `/console/${name}`, `console-${name}-empty`);
  await visit(page, '/console/groups/new', 'console-group-new');
  await field(page, 'Group name').fill('auditors-of-the-harbour-works-and-all-its-piers');
  await press(page, 'Create group');
  await then(page, /^auditors/, 'console-group-empty');
  for (const name of ['ReadOnlyAccess', 'IAMReadOnlyAccess']) {
    await field(page, 'Policy to attach').fill(name);
    await press(page, 'Attach policy');
    await page.getByRole('button', { name: `Detach: ${name}` }).waitFor();
  }
  await field(page, 'User to put into the group').fill('ana');
  await press(page, 'Put into the group');
  await page.getByRole('button', { name: 'Take out: ana' }).waitFor();
  await shoot(page, 'console-group');
  const group = page.url().split('?')[0];
  await press(page, 'Delete auditors-of-the-harbour-works-and-all-its-piers');
  await page.getByRole('alert').waitFor();
  await shoot(page, 'console-group-kept');
  await visit(page, '/console/groups', 'console-groups');
  await visit(page, '/console/policies?by=aws', 'console-policies-aws');
  await visit(page, '/console/policies/aws/IAMReadOnlyAccess', 'console-policy-aws');
  await visit(page, '/console/policies/new/document', 'console-policy-new');
  await field(page, 'Policy name').fill('pass-roles');
  const document = (effect) => `{\n  "Version": "2012-10-17",\n  "Statement": {\n    "Effect": "${effect}",\n    "Action": "iam:PassRole",\n    "Resource": "*"\n  }\n}`;
  await field(page, 'Document').fill(document('Perhaps'));
  await press(page, 'Check');
  await page.getByRole('alert').waitFor();
  await shoot(page, 'console-policy-faulty');
  await field(page, 'Document').fill(document('Allow'));
  await page.getByLabel(/^What is to be done/).fill('iam:PassRole');
  await page.getByLabel(/^Who/).fill('ana');
  await press(page, 'Try');
  await page.getByText('Allowed by pass-roles (1).').waitFor();
  await shoot(page, 'console-policy-tried');
  await press(page, 'Create policy');
  await then(page, 'pass-roles', 'console-policy-created');
  await choose(page, 'Edit');
  await then(page, 'Edit pass-roles', 'console-policy-edit');
  await field(page, 'Document').fill(document('Deny'));
  await press(page, 'Save as new version');
  await then(page, 'pass-roles', 'console-policy-own');
  await visit(page, '/console/policies', 'console-policies');
  await visit(page, '/console/roles/new', 'console-role-new');
  await field(page, 'Role name').fill('partner');
  await page.getByRole('radio', { name: 'Another account' }).check();
  await page.getByLabel(/^Account number/).fill('210987654321');
  await press(page, 'Show the trust policy');
  await page.getByRole('heading', { name: 'The trust policy' }).waitFor();
  await shoot(page, 'console-role-shown');
  await press(page, 'Create role');
  await then(page, 'partner', 'console-role-created');
  await field(page, 'Policy that bounds').fill('ReadOnlyAccess');
  await press(page, 'Set the boundary');
  await field(page, 'Key').fill('team');
  await press(page, 'Save tag');
  await page.getByRole('button', { name: 'Remove: team' }).waitFor();
  await shoot(page, 'console-role');
  await choose(page, 'Edit the trust policy');
  await then(page, 'Who may take on partner', 'console-role-trust');
  await visit(page, '/console/roles', 'console-roles');
  await page.goto('/console/users');
  await choose(page, 'ana');
  await choose(page, 'Write an inline policy');
  await then(page, 'Write an inline policy', 'console-inline-new');
  await field(page, 'Policy name').fill('mine');
  await field(page, 'Document').fill(document('Deny'));
  await press(page, 'Save policy');
  await then(page, 'ana', 'console-user-granted');
  await press(page, 'Make an access key');
  await then(page, 'New access key for ana', 'console-access-key');
  // Somebody who may only look.
  const ana = await browser(t, server);
  await tryUser(ana, account.id, 'ana', user.secret);
  await visit(ana, '/console', 'console-home-reader');
  await visit(ana, new URL(group).pathname, 'console-group-reader');
  await ana.goto('/console/users');
  await choose(ana, 'ana');
  await then(ana, 'ana', 'console-user-reader');
});

test('the outbox and the pages of trouble', async (t) => {
  const page = await browser(t, server);
  await visit(page, '/outbox', 'outbox');
  await page.getByRole('main').getByRole('listitem').first().getByRole('link').click();
  await page.getByText('All mail').waitFor();
  await shoot(page, 'outbox-mail');
  await visit(page, '/nowhere', 'problem-not-found');
  await visit(page, '/signout', 'problem-method');
  await page.goto('/signin/root');
  await page.context().clearCookies();
  await field(page, 'Email address').fill(address());
  await press(page, 'Continue');
  await then(page, 'This page has expired', 'problem-expired');
  await choose(page, 'Open the page again');
  await page.getByRole('heading', { name: 'Sign in as root user' }).waitFor();
  await field(page, 'Email address').evaluate((input) => {
    input.type = 'text';
    input.value = 'a'.repeat(200_000);
  });
  await press(page, 'Continue');
  await then(page, 'That was too much to send', 'problem-too-large');
});

/** Presses Tab from the top of the page and tells what has the focus, by role words and name. */
async function tabOrder(page, steps) {
  const order = [];
  for (let step = 0; step < steps; step += 1) {
    await page.keyboard.press('Tab');
    order.push(
      await page.evaluate(() => {
        const at = document.activeElement;
        const label = at.labels?.[0]?.textContent ?? at.getAttribute('aria-label') ?? at.textContent;
        const style = getComputedStyle(at);
        const ring = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
        return `${at.tagName.toLowerCase()} ${label.trim()}${ring ? '' : ' (no ring)'}`;
      }),
    );
  }
  return order;
}

test('the keyboard goes through sign-in in the order of the page, and the focus is always seen', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  await page.goto('/signin/root');
  assert.deepEqual(await tabOrder(page, 9), [
    'a Skip to the content', 'a Lockwright', 'input Email address', 'button Continue', 'button Sign in with a passkey',
    'a Can’t sign in?', 'a With a user name and an account number or alias', 'a With a builder ID', 'a Create an account',
  ]);
  // A whole sign-in without a mouse.
  await page.goto('/signin/root');
  await field(page, 'Email address').focus();
  await page.keyboard.type(account.email);
  await page.keyboard.press('Enter');
  await field(page, 'Password').waitFor();
  await field(page, 'Password').focus();
  await page.keyboard.type(account.secret);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: account.name }).waitFor();
  // The link that skips the navigation does.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
});

for (const scripts of [true, false]) {
  test(`what has to be put right takes the focus and leads to its field, ${scripts ? 'with scripts' : 'without scripts'}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/signin/iam');
    // A space passes the browser's own check and not ours.
    for (const label of ['Account number or alias', 'User name', 'Password']) await field(page, label).fill(' ');
    await press(page, 'Sign in');
    const summary = page.getByRole('alert').first();
    await summary.waitFor();
    assert.match(await page.title(), /^Error: /);
    // The browser gives the focus when it first draws the page, which may be after the page can be read.
    await page.locator('[role="alert"]:focus').waitFor();
    const link = summary.getByRole('link').first();
    await link.click();
    assert.equal(await page.evaluate(() => document.activeElement.name), 'account');
    const described = await field(page, 'Account number or alias').getAttribute('aria-describedby');
    assert.match(described, /account-error/);
    assert.equal(await field(page, 'Account number or alias').getAttribute('aria-invalid'), 'true');
  });
}

test('each field says what belongs into it', async (t) => {
  const account = await accountFromHost(server);
  const page = await browser(t, server);
  const table = [
    // path, label, autocomplete, inputmode, type
    ['/signin/root', 'Email address', 'username webauthn', 'email', 'email'],
    ['/signin/builder', 'Email address', 'username webauthn', 'email', 'email'],
    ['/signin/iam', 'Account number or alias', 'organization', null, 'text'],
    ['/signin/iam', 'User name', 'username webauthn', null, 'text'],
    ['/signin/iam', 'Password', 'current-password', null, 'password'],
    ['/signup', 'Email address', 'username', 'email', 'email'],
    ['/builder/signup', 'Personal email address', 'username', 'email', 'email'],
    ['/builder/signup', 'Your name', 'name', null, 'text'],
    ['/recover/root', 'Email address', 'username', 'email', 'email'],
    ['/recover/builder', 'Email address', 'username', 'email', 'email'],
    ['/recover/find', 'Email address', 'email', 'email', 'email'],
    ['/recover/iam', 'User name', 'username', null, 'text'],
  ];
  const check = async (label, ...wanted) => {
    const input = field(page, label);
    const found = await Promise.all(['autocomplete', 'inputmode', 'type'].map((name) => input.getAttribute(name)));
    assert.deepEqual(found, wanted, `${page.url()} ${label}`);
  };
  for (const [path, ...wanted] of table) {
    if (new URL(page.url(), server.url).pathname !== path) await page.goto(path);
    await check(...wanted);
  }
  await tryEmail(page, 'root', account.email, 'wrong one');
  await page.getByRole('alert').waitFor();
  await check('Email address', 'username', null, 'email');
  await check('Password', 'current-password webauthn', null, 'password');
  await page.goto('/recover/root');
  await field(page, 'Email address').fill(account.email);
  await press(page, 'Send me a code');
  await field(page, 'Code').waitFor();
  await check('Code', 'one-time-code', 'text', 'text');
  await openLink(page, (await server.mailbox.take(account.email, /Your code/)).link);
  await field(page, 'New password').waitFor();
  await check('Email address', 'username', null, 'email').catch(() => check('Email address', 'username', null, 'text'));
  await check('New password', 'new-password', null, 'password');
  await check('New password again', 'new-password', null, 'password');
  assert.ok(await field(page, 'New password').getAttribute('passwordrules'));
  await signInRoot(page, account);
  await page.goto('/security/password');
  await check('Present password', 'current-password', null, 'password');
  await check('New password', 'new-password', null, 'password');
});

test('on a phone everything that is pressed is large enough', async (t) => {
  const builder = await builderFromHost(server);
  const page = await browser(t, server, { viewport: NARROW });
  await signInBuilder(page, builder);
  for (const path of ['/signin', '/signin/iam', '/recover', '/signup', '/security', '/security/password']) {
    await page.goto(path);
    const small = await page.getByRole('main').locator('button, input:not([type=hidden], [type=checkbox], [type=radio], [readonly]), a.button, .choices a').evaluateAll((all) =>
      all.filter((one) => one.offsetParent).map((one) => [one.textContent.trim() || one.name, Math.round(one.getBoundingClientRect().height)]).filter(([, height]) => height < 44),
    );
    assert.deepEqual(small, [], path);
  }
});

test('n_p14 v6_2_6 a password can be looked at before it is sent, and is hidden again when it is', async (t) => {
  const page = await browser(t, server);
  await page.goto('/signin/iam');
  const input = field(page, 'Password');
  await input.fill('see me');
  await page.getByRole('button', { name: 'Show password' }).click();
  assert.equal(await input.getAttribute('type'), 'text');
  await page.getByRole('button', { name: 'Show password' }).click();
  assert.equal(await input.getAttribute('type'), 'password');
  assert.equal(await input.inputValue(), 'see me');
});
