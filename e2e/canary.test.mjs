// E02: every kind of secret goes through every flow, and then nothing that is kept or logged may hold one of them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { freePort, startServer } from './lib/server.mjs';
import { address, setByLink, visitorIn } from './lib/steps.mjs';
import { Visitor, csrfOf, titleOf } from './lib/visitor.mjs';

/** Remembers each secret by a name that may be printed. */
class Secrets extends Map {
  add(name, value) {
    assert.ok(value?.length >= 6, name);
    this.set(`${name} ${this.size + 1}`, value);
    return value;
  }

  /** A cookie jar's tokens, the last part of a link, a code in every way it may be written. */
  jar(visitor) {
    for (const [name, value] of visitor.cookies) if (name !== 'lw_name') this.add(`cookie ${name}`, value);
  }

  ticket(mail) {
    this.add('link token', mail.link.split('/').at(-1));
    this.add('code', mail.code);
  }

  link(url) {
    this.add('handed link token', url.split('/').at(-1));
    return url;
  }

  /** The names of the secrets that stand in the text. */
  found(text) {
    return [...this].filter(([, value]) => text.includes(value)).map(([name]) => name);
  }
}

for (const format of ['human', 'json']) {
  test(`e02 no secret is in logs, events or the store (${format})`, async () => {
    const secrets = new Secrets();
    const listen = `127.0.0.1:${await freePort()}`;
    const env = { LOCKWRIGHT_LOG__FORMAT: format, LOCKWRIGHT_LOG__LEVEL: 'trace', LOCKWRIGHT_PUBLIC_URL: `http://${listen}` };
    const server = await startServer({ listen, env });
    let drawn = 0;
    const secret = () => secrets.add('password', `Canary-${format}-flies-${(drawn += 1)}-at-dawn`);

    // Registration by code, with a wrong code and a password that is refused on the way.
    const email = address('canary');
    const root = new Visitor(server.url);
    const codePage = await root.submit('/signup', { email });
    secrets.jar(root);
    const mail = await server.mailbox.take(email, /Your code/);
    secrets.ticket(mail);
    const wrong = secrets.add('wrong code', mail.code === 'QQQQQQ' ? 'RRRRRR' : 'QQQQQQ');
    await root.submit(codePage.path, { code: wrong });
    const details = await root.submit(codePage.path, { code: mail.code });
    secrets.jar(root);
    const refused = secrets.add('refused password', 'canary-short');
    await root.submit(details.path, { account_name: 'Canary Works', password: refused, again: refused });
    const first = secret();
    const done = await root.submit(details.path, { account_name: 'Canary Works', password: first, again: first });
    assert.match(done.text, /Your account is ready/);
    secrets.jar(root);
    const [account] = await server.host('account', 'list');

    // A builder ID by link.
    const builderEmail = address('canary-bea');
    const bea = new Visitor(server.url);
    await bea.submit('/builder/signup', { email: builderEmail, name: 'Bea' });
    const builderMail = await server.mailbox.take(builderEmail, /Your code/);
    secrets.ticket(builderMail);
    const form = await bea.submit(builderMail.link, {});
    const builderSecret = secret();
    await bea.submit(form.path, { password: builderSecret, again: builderSecret });
    secrets.jar(bea);

    // Sign-ins, right and wrong, the password in every field that a hurried person may put it into.
    for (const fields of [
      { email, password: secrets.add('wrong password', 'Canary-that-is-wrong-1') },
      { email: secrets.add('password as email', 'Canary-in-email-field-1'), password: '' },
      { email: `${secrets.add('password as address', 'canary-in-address-2')}@example.com`, password: 'x' },
    ]) {
      const visitor = new Visitor(server.url);
      const page = await visitor.get('/signin/root');
      secrets.add('form token', csrfOf(page.text));
      await visitor.post('/signin/root', { csrf: csrfOf(page.text), ...fields });
    }
    const stray = new Visitor(server.url);
    const strayForm = await stray.get('/signin/iam');
    const asUser = secrets.add('password as user name', 'Canary-in-user-field-3');
    await stray.post('/signin/iam', { csrf: csrfOf(strayForm.text), account: account.AccountId, user_name: asUser, password: 'x' });

    // Users: generated, typed, by link; and the first change.
    const users = async (fields, title) => {
      const page = await root.submit('/console/users/new', fields);
      assert.match(titleOf(page.text), title);
      return /data-copy>([^<]+)</.exec(page.text)?.[1];
    };
    const generated = secrets.add('generated password', await users({ name: 'gen', mode: 'generated', must_change: 'on' }, /New password/));
    secrets.link(await users({ name: 'lin', mode: 'link' }, /link for lin/));
    const typed = secrets.add('typed password', 'Canary-Typed-by-admin-77');
    await root.submit('/console/users/new', { name: 'typ', mode: 'typed', password: typed });
    const gen = await visitorIn(server, 'iam', { account: account.AccountId, user_name: 'gen', password: generated });
    secrets.jar(gen);
    const own = secret();
    await gen.submit('/security/password', { current: generated, password: own, again: own });

    // Recovery by code and by link, a change, links from the host.
    const again = new Visitor(server.url);
    const waiting = await again.submit('/recover/root', { email });
    const lost = await server.mailbox.take(email, /Your code to reset/);
    secrets.ticket(lost);
    const next = secret();
    const setting = await again.submit(waiting.path, { code: lost.code });
    secrets.jar(again);
    await again.submit(setting.path, { password: next, again: next });
    const signedIn = await visitorIn(server, 'root', { email, password: next });
    secrets.jar(signedIn);
    const changed = secret();
    await signedIn.submit('/security/password', { current: next, password: changed, again: changed });
    await setByLink(server, secrets.link((await server.host('account', 'recover', '--account', account.AccountId)).SetPasswordUrl), secret());
    const reset = await server.host('user', 'reset-password', '--account', account.AccountId, '--name', 'typ', '--access', 'generated');
    secrets.add('generated password', reset.Password);

    // Requests that break half-way, and tokens where none belong.
    const odd = secrets.add('token in a query', 'lw_session_canaryincaseofquery');
    await new Visitor(server.url).get(`/signin?token=${odd}&password=${secrets.add('password in a query', 'Canary-in-query-5')}`);
    await new Visitor(server.url).get(`/recover/link/x/${secrets.add('odd link', 'lw_link_canaryoddlink')}`);
    const huge = secrets.add('password in a refused body', 'Canary-in-huge-body-6');
    await new Visitor(server.url).post('/signin/root', `password=${huge}&password=${huge}`);

    const events = JSON.stringify([
      await server.host('trail', 'list', '--account', account.AccountId, '--limit', '1000'),
      await server.host('trail', 'list', '--limit', '1000'),
    ]);
    const metrics = await new Visitor(server.adminUrl).get('/metrics');
    for (const key of ['pepper', 'sealing']) secrets.add(key, fs.readFileSync(path.join(server.data, 'keys', key), 'utf8').trim());
    await server.stop();
    assert.ok(secrets.size > 40, `${secrets.size} secrets`);
    assert.ok(events.includes('PasswordRecoveryCompleted') && events.includes('ConsoleLogin'));
    // What may be there is found: the search itself works.
    const stored = fs.readFileSync(path.join(server.data, 'lockwright.db')).toString('latin1');
    assert.ok(stored.includes(email), 'the store');
    assert.ok(events.includes(account.AccountId), 'the events');
    assert.match(server.stderr, /admin listener/, 'the log');
    assert.deepEqual(secrets.found(events), [], 'events');
    assert.deepEqual(secrets.found(metrics.text), [], 'metrics');
    assert.deepEqual(secrets.found(server.stderr), [], `log:\n${server.stderr.slice(0, 2000)}`);
    assert.deepEqual(secrets.found(server.log.out), [], 'stdout');
    for (const name of fs.readdirSync(server.data)) {
      const file = path.join(server.data, name);
      if (fs.statSync(file).isFile()) assert.deepEqual(secrets.found(fs.readFileSync(file).toString('latin1')), [], name);
    }
    // Addresses are no secret, but the log has no business with them either.
    assert.ok(!server.stderr.includes(email), 'an address in the log');
    if (format === 'json') for (const line of server.stderr.trim().split('\n')) JSON.parse(line);
  });
}
