// Forgetting a password and getting back in: by link in another browser, by typed code, after mistakes, and never twice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { setNew } from './lib/recovery.mjs';
import { startServer } from './lib/server.mjs';
import {
  accountFromHost, address, builderFromHost, choose, field, mailFence, openLink, password, press, see, signInBuilder, signInRoot, tryEmail,
  typeCode, typeNewPassword, userFromHost,
} from './lib/steps.mjs';
import { Visitor, csrfOf, titleOf } from './lib/visitor.mjs';

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

const ROOT = {
  kind: 'root', make: accountFromHost, choice: /^The email address of an account/, title: 'Reset your root password',
  mail: /Your code to reset your root password/, notice: /Your root password was reset/, signIn: signInRoot,
};
const BUILDER = {
  kind: 'builder', make: builderFromHost, choice: /^The email address of a builder ID/, title: 'Reset your builder ID password',
  mail: /Your code to reset your builder ID password/, notice: /Your builder ID password was reset/, signIn: signInBuilder,
};

/** From "Can't sign in?" to the page that asks for the code. */
async function askFor(page, what, email) {
  await page.goto(`/signin/${what.kind}`);
  await choose(page, 'Can’t sign in?');
  await see(page, 'Can’t sign in?');
  await choose(page, what.choice);
  await see(page, what.title);
  await field(page, 'Email address').fill(email);
  await press(page, 'Send me a code');
  await see(page, 'Check your email');
}

for (const what of [ROOT, BUILDER]) {
  for (const scripts of [true, false]) {
    const how = `${what.kind}, ${scripts ? 'with scripts' : 'without scripts'}`;

    test(`a forgotten password is replaced by the link, in another browser: ${how}`, async (t) => {
      const person = await what.make(server);
      const elsewhere = await browser(t, server, { scripts });
      await what.signIn(elsewhere, person);

      const asking = await browser(t, server, { scripts });
      await askFor(asking, what, person.email);
      const mail = await server.mailbox.take(person.email, what.mail);
      assert.ok(mail.link.startsWith(`${server.url}/recover/link/`));

      // A09, X09: a mail scanner that fetches the link spends nothing.
      for (let fetched = 0; fetched < 5; fetched += 1) {
        const scanner = new Visitor(server.url);
        const seen = await scanner.get(mail.link);
        assert.equal(seen.status, 200);
        assert.equal(seen.headers['referrer-policy'], 'no-referrer');
        assert.equal(seen.headers['cache-control'], 'no-store');
        assert.equal((await scanner.request('HEAD', mail.link)).status, 200);
      }

      const page = await browser(t, server, { scripts });
      await openLink(page, mail.link);
      await asking.reload();
      await see(asking, 'This goes on somewhere else');
      await elsewhere.goto('/security');
      await see(elsewhere, 'Security');
      const fresh = { ...person, secret: password() };
      await setNew(page, fresh.secret);

      await elsewhere.goto('/security');
      await see(elsewhere, /Sign in/);
      const notice = await server.mailbox.take(person.email, what.notice);
      assert.equal(notice.code, null);
      await choose(page, 'Sign in');
      await see(page, /Sign in/);
      await tryEmail(page, what.kind, person.email, person.secret);
      await page.getByRole('alert').getByText('That email and password don’t match').waitFor();
      await what.signIn(page, fresh);

      // A17, A28: the link has had its day, here and anywhere.
      const late = await browser(t, server, { scripts });
      await late.goto(mail.link);
      await see(late, 'This was used already');
    });

    test(`a forgotten password is replaced by the newest typed code: ${how}`, async (t) => {
      const person = await what.make(server);
      const page = await browser(t, server, { scripts });
      await askFor(page, what, person.email);
      const first = await server.mailbox.take(person.email, what.mail);
      await press(page, 'Send a fresh code');
      await page.getByRole('status').getByText('Only the newest one works').waitFor();
      const second = await server.mailbox.take(person.email, what.mail);
      assert.notEqual(first.code, second.code);
      assert.notEqual(first.link, second.link);

      const other = await browser(t, server, { scripts });
      await other.goto(first.link);
      await see(other, 'This goes on somewhere else');
      await typeCode(page, first.code);
      await page.getByRole('alert').waitFor();
      await typeCode(page, second.code);
      const fresh = { ...person, secret: password() };
      await setNew(page, fresh.secret);
      await server.mailbox.take(person.email, what.notice);
      await what.signIn(page, fresh);
    });
  }
}

test('a recovery for nobody looks like any other and mails nothing', async (t) => {
  const nobody = address('nobody');
  const page = await browser(t, server);
  await askFor(page, ROOT, nobody);
  await press(page, 'Send a fresh code');
  await page.getByRole('status').waitFor();
  await typeCode(page, '234567');
  await page.getByRole('alert').waitFor();
  await mailFence(server);
  assert.deepEqual(server.mailbox.to(nobody), []);
});

test('asking changes nothing: the password and the sessions stay until the new one is set', async (t) => {
  const person = await accountFromHost(server);
  const signedIn = await browser(t, server);
  await signInRoot(signedIn, person);
  const page = await browser(t, server);
  await askFor(page, ROOT, person.email);
  const mail = await server.mailbox.take(person.email, ROOT.mail);
  await typeCode(page, mail.code);
  await see(page, 'Set a new password');
  await signedIn.goto('/security');
  await see(signedIn, 'Security');
  const other = await browser(t, server);
  await signInRoot(other, person);
});

test('two tabs that set a password at once: one of them does', async (t) => {
  const person = await accountFromHost(server);
  const first = await browser(t, server);
  await askFor(first, ROOT, person.email);
  const mail = await server.mailbox.take(person.email, ROOT.mail);
  await typeCode(first, mail.code);
  await see(first, 'Set a new password');
  const second = await first.context().newPage();
  second.scripts = true;
  await second.goto(first.url());
  await see(second, 'Set a new password');
  const secrets = [password(), password()];
  await typeNewPassword(first, secrets[0]);
  await typeNewPassword(second, secrets[1]);
  await Promise.all([press(first, 'Set password'), press(second, 'Set password')]);
  const works = [];
  for (const secret of secrets) {
    const visitor = new Visitor(server.url);
    const form = await visitor.get('/signin/root');
    const answer = await visitor.post('/signin/root', { csrf: csrfOf(form.text), email: person.email, password: secret });
    works.push(answer.status === 303);
  }
  assert.deepEqual(works.sort(), [false, true]);
});

test('a05 the same link opened in 20 browsers at once goes on in one of them', async () => {
  const person = await accountFromHost(server);
  await new Visitor(server.url).submit('/recover/root', { email: person.email });
  const mail = await server.mailbox.take(person.email, ROOT.mail);
  const visitors = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const visitor = new Visitor(server.url);
      return { visitor, csrf: csrfOf((await visitor.get(mail.link)).text) };
    }),
  );
  const answers = await Promise.all(visitors.map(({ visitor, csrf }) => visitor.post(mail.link, { csrf })));
  assert.equal(answers.filter((answer) => answer.status === 303).length, 1, answers.map((answer) => answer.status).join());
  for (const answer of answers) assert.ok(answer.status < 500, answer.text);
});

test('the back button and forms sent again get a plain page and change nothing', async (t) => {
  const person = await accountFromHost(server);
  const page = await browser(t, server);
  await askFor(page, ROOT, person.email);
  const mail = await server.mailbox.take(person.email, ROOT.mail);
  await typeCode(page, mail.code);
  await see(page, 'Set a new password');
  await page.goBack();
  // Where the code was typed, the case has moved on.
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto('/signin');
  await page.goBack();
  await page.goto(page.url());
  await see(page, 'Set a new password');
  const fresh = { ...person, secret: password() };
  const form = page.url();
  await setNew(page, fresh.secret);
  await page.goBack();
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.getByLabel('New password', { exact: true }).count(), 0, 'no form to send again');
  await page.goto(form);
  assert.equal(await page.getByLabel('New password', { exact: true }).count(), 0);
  await signInRoot(page, fresh);
});

test('a form from before signing out has expired, and says where to open it again', async () => {
  const person = await accountFromHost(server);
  const visitor = new Visitor(server.url);
  const form = await visitor.get('/signin/root');
  const signedIn = await visitor.post('/signin/root', { csrf: csrfOf(form.text), email: person.email, password: person.secret });
  assert.equal(signedIn.status, 303);
  const security = await visitor.get('/security/password');
  assert.equal(security.status, 200);
  const csrf = csrfOf(security.text);
  await visitor.post('/signout', { csrf: csrfOf(security.text) });
  const replayed = await visitor.post('/security/password', { csrf, current: person.secret, password: password(), again: password() });
  assert.ok([303, 400, 403, 409].includes(replayed.status), String(replayed.status));
  const stale = await visitor.post('/signin/root', { csrf, email: person.email, password: person.secret });
  assert.equal(titleOf(stale.text), 'This page has expired');
  assert.ok(!stale.headers['set-cookie']?.some((line) => line.includes('session')));
});

test('a16 the case of one browser is worth nothing in another', async () => {
  const person = await accountFromHost(server);
  const asker = new Visitor(server.url);
  const codePage = await asker.submit('/recover/root', { email: person.email });
  const mail = await server.mailbox.take(person.email, ROOT.mail);
  const thief = new Visitor(server.url);
  const seen = await thief.get(codePage.path);
  assert.equal(titleOf(seen.text), 'This goes on somewhere else');
  // Not even with the right code and a case of their own.
  const own = await thief.submit('/recover/root', { email: address('thief') });
  const tried = await thief.follow(await thief.post(`${codePage.path}/code`, { csrf: csrfOf(own.text), code: mail.code }));
  assert.equal(titleOf(tried.text), 'This goes on somewhere else');
  const unproven = await asker.follow(await asker.post(`${codePage.path}/password`, { csrf: csrfOf(codePage.text), password: password(), again: '' }));
  assert.notEqual(titleOf(unproven.text), 'Your password is set');
});

test('a26 a cookie from before the proof is worth nothing after it', async () => {
  const person = await accountFromHost(server);
  const asker = new Visitor(server.url);
  const codePage = await asker.submit('/recover/root', { email: person.email });
  const mail = await server.mailbox.take(person.email, ROOT.mail);
  const planted = new Map(asker.cookies);
  const proven = await asker.submit(codePage.path, { code: mail.code });
  assert.equal(titleOf(proven.text), 'Set a new password');
  const planter = new Visitor(server.url);
  planter.cookies = planted;
  const seen = await planter.get(proven.path);
  assert.equal(titleOf(seen.text), 'This goes on somewhere else');
});

test('find my account mails what belongs to the address, and shows nothing', async (t) => {
  const email = address('many');
  const account = await accountFromHost(server, { email, name: 'Lantern Books' });
  await builderFromHost(server, { email });
  const other = await accountFromHost(server);
  await userFromHost(server, other, { name: 'unrelated' });
  const page = await browser(t, server);
  await page.goto('/recover');
  await choose(page, /^None of these/);
  await see(page, 'Find my account');
  await field(page, 'Email address').fill(email);
  await press(page, 'Send what belongs to it');
  await see(page, 'Check your email');
  const shown = await page.getByRole('main').textContent();
  for (const hidden of [account.number, account.id, account.name]) assert.ok(!shown.includes(hidden), hidden);
  const mail = await server.mailbox.take(email, /What belongs to your address/);
  assert.ok(mail.text.includes(account.number) && mail.text.includes('Lantern Books') && mail.text.includes('A builder ID'), mail.text);
  assert.ok(!mail.text.includes(other.number));
  const nobody = address('nobody');
  await choose(page, 'Try another address');
  await field(page, 'Email address').fill(nobody);
  await press(page, 'Send what belongs to it');
  await see(page, 'Check your email');
  await mailFence(server);
  assert.deepEqual(server.mailbox.to(nobody), []);
});
