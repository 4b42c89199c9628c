// Signing in, three kinds, with scripts and without; what a stranger can't learn from it; signing out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, builderFromHost, choose, field, press, see, signInBuilder, signInRoot, signOut, tryEmail, tryUser, userFromHost,
} from './lib/steps.mjs';
import { Visitor, csrfOf, steady } from './lib/visitor.mjs';

let server;
let account;
let builder;
let user;
before(async () => {
  server = await startServer();
  account = await accountFromHost(server);
  builder = await builderFromHost(server);
  user = await userFromHost(server, account);
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts';

  test(`a root user signs in from the first page, and out, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/');
    await see(page, 'Sign in');
    await choose(page, /^Email address of an account/);
    await see(page, 'Sign in as root user');
    await field(page, 'Email address').fill(account.email.toUpperCase());
    await press(page, 'Continue');
    await field(page, 'Password').fill(account.secret);
    await press(page, 'Sign in');
    await see(page, account.name);
    await signOut(page);
    await see(page, /Sign in/);
    await page.goBack();
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.ok(!(await page.content()).includes(account.number), 'nothing of the console is kept');
    await page.goto('/console');
    await see(page, /Sign in/);
  });

  test(`an IAM user signs in with the account number, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/signin');
    await choose(page, /^User name/);
    await see(page, 'Sign in as IAM user');
    await field(page, 'Account number or alias').fill(account.number);
    await field(page, 'User name').fill(user.name.toUpperCase());
    await field(page, 'Password').fill(user.secret);
    await press(page, 'Sign in');
    await see(page, `Hello, ${user.name}`);
    await signOut(page);
    await see(page, /Sign in/);
  });

  test(`a builder signs in, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/signin');
    await choose(page, /^Builder ID/);
    await see(page, 'Sign in with your builder ID');
    await signInBuilder(page, builder);
    await signOut(page);
    await see(page, /Sign in/);
  });
}

test('an alias gives a sign-in page of its own', async (t) => {
  const page = await browser(t, server);
  await signInRoot(page, account);
  await page.goto('/console/account');
  await see(page, 'Account');
  await field(page, 'Alias').fill('harbour-works');
  await press(page, 'Set alias');
  await page.getByRole('status').first().waitFor();
  await page.goto('/console');
  assert.match(await page.getByRole('main').textContent(), /\/a\/harbour-works/);
  const other = await browser(t, server);
  await other.goto('/a/harbour-works');
  await see(other, 'Sign in as IAM user');
  assert.equal(await field(other, 'Account').inputValue(), 'harbour-works');
  await field(other, 'User name').fill(user.name);
  await field(other, 'Password').fill(user.secret);
  await press(other, 'Sign in');
  await see(other, `Hello, ${user.name}`);
  await signOut(other);
  await tryUser(other, 'harbour-works', user.name, user.secret);
  await see(other, `Hello, ${user.name}`);
});

test('somebody on the wrong page finds the right one from there', async (t) => {
  const page = await browser(t, server);
  await page.goto('/signin/root');
  await choose(page, 'With a user name and an account number or alias');
  await see(page, 'Sign in as IAM user');
  await choose(page, 'With a builder ID');
  await see(page, 'Sign in with your builder ID');
  await choose(page, 'As the root user of an account');
  await see(page, 'Sign in as root user');
  // The right email and password on the wrong page say what any other pair says.
  await tryEmail(page, 'builder', account.email, account.secret);
  await see(page, 'Sign in with your builder ID');
  await page.getByRole('alert').getByText('That email and password don’t match').waitFor();
  await page.getByRole('alert').getByRole('link', { name: 'reset your password' }).click();
  await see(page, 'Reset your builder ID password');
});

/** What differs between two answers to strangers, without form tokens, ids and the names that were typed. */
function same(one, two, names) {
  const told = (answer) => {
    const { 'x-request-id': _, date: __, 'content-length': ___, 'set-cookie': cookies, location, ...headers } = answer.headers;
    const text = names.reduce((page, name) => page.replaceAll(name, 'NAME'), steady(answer.text));
    const jar = (cookies ?? []).map((line) => line.replace(/=[^;]*/, '='));
    return { status: answer.status, headers, jar, text, location: location?.replace(/case\/\w+/, 'case/ID') };
  };
  assert.deepEqual(told(one), told(two));
}

test('o_f02 a page says the same of a name that exists and one that does not', async () => {
  const stranger = address('nobody');
  const pairs = [
    ['/signin/root', { email: account.email }, { email: stranger }],
    ['/signin/root', { email: account.email, password: 'not the password of anybody' }, { email: stranger, password: 'not the password of anybody' }],
    ['/signin/builder', { email: builder.email }, { email: stranger }],
    ['/signin/builder', { email: builder.email, password: 'not the password of anybody' }, { email: stranger, password: 'not the password of anybody' }],
    ['/signin/iam', { account: account.id, user_name: user.name, password: 'wrong words' }, { account: account.id, user_name: 'zoe', password: 'wrong words' }],
    ['/signin/iam', { account: account.id, user_name: user.name, password: 'wrong words' }, { account: '999999999999', user_name: user.name, password: 'wrong words' }],
    ['/recover/root', { email: account.email }, { email: stranger }],
    ['/recover/builder', { email: builder.email }, { email: stranger }],
    ['/recover/iam', { account: account.id, user_name: user.name }, { account: account.id, user_name: 'zoe' }],
    ['/recover/find', { email: account.email }, { email: stranger }],
    ['/signup', { email: account.email }, { email: stranger }],
  ];
  for (const [path, known, unknown] of pairs) {
    const names = [...new Set([...Object.values(known), ...Object.values(unknown)])];
    const answers = [];
    for (const fields of [known, unknown]) {
      const visitor = new Visitor(server.url);
      const form = await visitor.get(path);
      const answer = await visitor.post(path, { csrf: csrfOf(form.text), ...fields });
      answers.push([answer, await visitor.follow(answer)]);
    }
    same(answers[0][0], answers[1][0], names);
    same(answers[0][1], answers[1][1], names);
    assert.ok(answers[0][1].status < 500, path);
  }
});

/** Where the questions under “Can’t sign in?” lead, by what people pick. */
const LEADS = [
  [['It says that my name and password don’t match', 'I forgot the password'], 'Can’t sign in?'],
  [['It says that my name and password don’t match', 'I may be on the wrong page', 'Builder ID'], /^Sign in .*builder ID/],
  [['I set a new password, and still can’t get in', 'I may sign in to another account', 'Mail me what belongs'], 'Find my account'],
  [['It asks for a second step that I can’t do', 'My device is lost or broken'], 'Get back in without your device'],
  [['It says that I tried too often', /^Set a new password$/], 'Can’t sign in?'],
  [['It says that my sign-in is switched off', /^Ask my administrator$/], 'Get back in as IAM user'],
  [['The mail with the code doesn’t come', /^Find my account$/], 'Find my account'],
  [['It says that the page has expired', /^Open the sign-in page anew$/], 'Sign in'],
];

for (const scripts of [true, false]) {
  test(`the questions under “Can’t sign in?” lead to each way back, ${scripts ? 'with scripts' : 'without scripts'}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/signin');
    await choose(page, 'Can’t sign in?');
    await choose(page, 'Something else is in the way');
    const start = page.url();
    for (const [picks, heading] of LEADS) {
      await page.goto(start);
      await see(page, 'What happens when you try to sign in?');
      for (const pick of picks) await page.getByRole('main').getByRole('link', { name: pick }).click();
      await see(page, heading);
    }
  });
}

test('the page for a changed password is found where password managers look', async (t) => {
  const page = await browser(t, server);
  await page.goto('/.well-known/change-password');
  await see(page, 'Can’t sign in?');
  await signInRoot(page, account);
  await page.goto('/.well-known/change-password');
  await see(page, 'Change your password');
});

test('after five wrong passwords the next one waits, and the way back in stays open', async (t) => {
  const forgetful = await accountFromHost(server);
  const page = await browser(t, server);
  for (let tries = 0; tries < 6; tries += 1) await tryEmail(page, 'root', forgetful.email, `not the one, try ${tries}`);
  await page.getByRole('alert').getByText(/You can try again in/).waitFor();
  await see(page, 'Sign in as root user');
  await page.getByRole('alert').getByRole('link', { name: 'reset it' }).click();
  await see(page, 'Reset your root password');
});
