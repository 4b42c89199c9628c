// The signed-in security page: changing a known password, seeing and ending sessions.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, builderFromHost, choose, field, password, press, see, signInBuilder, signInRoot, signOut, tryUser, typeNewPassword,
  userFromHost, visitorIn,
} from './lib/steps.mjs';
import { Visitor, csrfOf } from './lib/visitor.mjs';

let server;
let account;
before(async () => {
  server = await startServer();
  account = await accountFromHost(server);
  // Where nobody says otherwise, an IAM user's password is the administrator's business.
  const root = await visitorIn(server, 'root', { email: account.email, password: account.secret });
  await root.submit('/console/account/password-policy', { minimum_length: '8', allow_users_to_change: 'on', max_age_days: '', reuse_prevention: '' });
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

const KINDS = {
  root: { make: () => accountFromHost(server), signIn: signInRoot },
  builder: { make: () => builderFromHost(server), signIn: signInBuilder },
  iam: {
    make: () => userFromHost(server, account),
    signIn: async (page, user) => {
      await tryUser(page, user.account, user.name, user.secret);
      await see(page, `Hello, ${user.name}`);
    },
  },
};

for (const [kind, { make, signIn }] of Object.entries(KINDS)) {
  for (const scripts of kind === 'root' ? [true, false] : [true]) {
    test(`v6_2_2 v6_2_3 a known password is changed (${kind}${scripts ? '' : ', without scripts'}): this session goes on, the others end`, async (t) => {
      const person = await make();
      const page = await browser(t, server, { scripts });
      const other = await browser(t, server, { scripts });
      await signIn(page, person);
      await signIn(other, person);
      await page.goto('/security');
      await see(page, 'Security');
      await choose(page, 'Change password');
      await see(page, 'Change your password');
      const fresh = password();
      await field(page, 'Present password').fill('not the present one at all');
      await typeNewPassword(page, fresh);
      await press(page, 'Change password');
      await page.getByRole('alert').waitFor();
      await see(page, 'Change your password');
      await field(page, 'Present password').fill(person.secret);
      await typeNewPassword(page, fresh);
      await press(page, 'Change password');
      await see(page, 'Security');
      await page.getByRole('status').getByText('Your password is changed').waitFor();
      await other.goto('/security');
      await see(other, /Sign in/);
      await signIn(other, { ...person, secret: fresh });
      if (person.email) await server.mailbox.take(person.email, /password was changed/);
    });
  }
}

for (const scripts of [true, false]) {
  test(`v7_5_2 sessions are listed and ended, one or all others, ${scripts ? 'with scripts' : 'without scripts'}`, async (t) => {
    const person = await accountFromHost(server);
    const page = await browser(t, server, { scripts });
    const others = [await browser(t, server, { scripts }), await browser(t, server, { scripts }), await browser(t, server, { scripts })];
    for (const one of [page, ...others]) await signInRoot(one, person);
    await page.goto('/security');
    await see(page, 'Security');
    const rows = page.getByRole('row').filter({ hasText: '127.0.0.1' });
    assert.equal(await rows.count(), 4);
    assert.equal(await rows.filter({ hasText: 'This one' }).count(), 1);
    assert.match(await rows.first().textContent(), /Chrome on Linux/);
    await page.getByRole('button', { name: /^End session/ }).first().click();
    await page.getByRole('status').getByText('The session is ended').waitFor();
    assert.equal(await rows.count(), 3);
    const dead = [];
    for (const one of others) {
      await one.goto('/console');
      await one.getByRole('heading', { level: 1 }).waitFor();
      dead.push(/Sign in/.test(await one.title()));
    }
    assert.equal(dead.filter(Boolean).length, 1);
    await press(page, 'End all other sessions');
    await page.getByRole('status').getByText('All other sessions are ended').waitFor();
    assert.equal(await rows.count(), 1);
    for (const one of others) {
      await one.goto('/console');
      await see(one, /Sign in/);
    }
    await page.goto('/console');
    await see(page, person.name);
    await signOut(page);
    assert.deepEqual(await server.host('session', 'list', '--account', person.id), []);
  });
}

test('b16 signing out against 200 racing requests revives no session', async () => {
  const person = await accountFromHost(server);
  const visitor = await visitorIn(server, 'root', { email: person.email, password: person.secret });
  const csrf = csrfOf((await visitor.get('/security')).text);
  const cookies = new Map(visitor.cookies);
  const racer = new Visitor(server.url);
  racer.cookies = cookies;
  const racing = Array.from({ length: 200 }, () => racer.get('/security'));
  const out = visitor.post('/signout', { csrf });
  await Promise.all([...racing, out]);
  racer.cookies = cookies;
  assert.equal((await racer.get('/security')).status, 303);
  assert.deepEqual(await server.host('session', 'list', '--account', person.id), []);
});

test('v7_2_4 a26 the session is another one after signing in, and the old one is dead', async () => {
  const person = await accountFromHost(server);
  const visitor = await visitorIn(server, 'root', { email: person.email, password: person.secret });
  const first = new Map(visitor.cookies);
  const form = await visitor.get('/signin/root');
  const again = await visitor.post('/signin/root', { csrf: csrfOf(form.text), email: person.email, password: person.secret });
  assert.equal(again.status, 303);
  assert.notDeepEqual([...visitor.cookies], [...first]);
  const old = new Visitor(server.url);
  old.cookies = first;
  assert.equal((await old.get('/security')).status, 303);
  assert.equal((await visitor.get('/security')).status, 200);
});

test('c22 a hundred people at once each get their own pages', async () => {
  const people = [];
  for (let count = 0; count < 10; count += 1) people.push(await accountFromHost(server, { name: `Company ${count}` }));
  const visitors = await Promise.all(people.map((person) => visitorIn(server, 'root', { email: person.email, password: person.secret })));
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      const { text } = await visitors[at % 10].get('/console');
      return people.filter((person) => text.includes(person.number)).map((person) => person.id).join();
    }),
  );
  assert.deepEqual(answers, answers.map((_, at) => people[at % 10].id));
});
