// The host's command line, with the server running and without; backup and restore; the admin listener; file modes.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { folder, freePort, host, run, startServer } from './lib/server.mjs';
import {
  accountFromHost, address, builderFromHost, openLink, password, press, see, setByLink, signInBuilder, signInRoot, tryUser, typeNewPassword,
  userFromHost, visitorIn,
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

test('a link from the host sets the first password, in the browser, once', async (t) => {
  const email = address('host');
  const made = await server.host('account', 'create', '--name', 'From the Host', '--email', email);
  assert.match(made.AccountId, /^\d{12}$/);
  assert.ok(made.SetPasswordUrl.startsWith(`${server.url}/recover/link/`));
  const page = await browser(t, server, { scripts: false });
  await openLink(page, made.SetPasswordUrl);
  await see(page, 'Choose a password');
  const secret = password();
  await typeNewPassword(page, secret);
  await press(page, 'Set password');
  await see(page, 'Your password is set');
  await signInRoot(page, { email, secret, name: 'From the Host' });
  await page.goto(made.SetPasswordUrl);
  await see(page, 'This was used already');
});

test('the same commands work without the server, under its lock', async () => {
  const port = await freePort();
  const listen = `127.0.0.1:${port}`;
  const data = path.join(folder(), 'data');
  const own = await startServer({ data, listen });
  const before = await accountFromHost(own);
  assert.equal(await own.stop(), 0);

  const env = { LOCKWRIGHT_PUBLIC_URL: `http://localhost:${port}` };
  const email = address('alone');
  const made = await run(['account', 'create', '--name', 'Made Alone', '--email', email, '--data', data, '--output', 'json'], env);
  assert.equal(made.code, 0, made.err);
  const list = await host(data, 'account', 'list');
  assert.deepEqual(list.map((row) => row.Email).sort(), [before.email, email].sort());

  const again = await startServer({ data, listen });
  const secret = password();
  await setByLink(again, JSON.parse(made.out).SetPasswordUrl, secret);
  const visitor = await visitorIn(again, 'root', { email, password: secret });
  assert.equal((await visitor.get('/console')).status, 200);
  // A second server can't take the folder.
  const second = await run(['serve', '--data', data, '--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0']);
  assert.notEqual(second.code, 0);
  assert.equal(second.err.trim().split('\n').filter((line) => line.startsWith('lockwright:')).length, 1, second.err);
  await again.stop();
});

test('v7_4_5 a22 every way to end sessions from the host ends them at once', async () => {
  const account = await accountFromHost(server);
  const builder = await builderFromHost(server);
  const user = await userFromHost(server, account);
  const root = () => visitorIn(server, 'root', { email: account.email, password: account.secret });
  const iam = () => visitorIn(server, 'iam', { account: account.id, user_name: user.name, password: user.secret });
  const bea = () => visitorIn(server, 'builder', { email: builder.email, password: builder.secret });
  const ways = [
    [root, ['session', 'end', '--account', account.id]],
    [iam, ['session', 'end', '--account', account.id, '--user', user.name]],
    [bea, ['session', 'end', '--builder', builder.email]],
    [iam, ['account', 'suspend', '--account', account.id]],
    [bea, ['builder', 'disable', '--email', builder.email]],
  ];
  for (const [signIn, command] of ways) {
    const visitor = await signIn();
    assert.equal((await visitor.get('/security')).status, 200, command.join(' '));
    await server.host(...command);
    assert.equal((await visitor.get('/security')).status, 303, command.join(' '));
  }
  await server.host('account', 'resume', '--account', account.id);
  await server.host('builder', 'enable', '--email', builder.email);
  // A reset kills the password, and with it the sessions.
  const visitor = await iam();
  const given = await server.host('user', 'reset-password', '--account', account.id, '--name', user.name, '--access', 'generated');
  assert.equal((await visitor.get('/security')).status, 303);
  const fresh = await visitorIn(server, 'iam', { account: account.id, user_name: user.name, password: given.Password });
  assert.equal(titleOf((await fresh.follow(await fresh.get('/console'))).text), 'Choose your own password');
  // A recovery link leaves things as they are until it is used.
  const kept = await root();
  const link = await server.host('account', 'recover', '--account', account.id);
  assert.equal((await kept.get('/security')).status, 200);
  await setByLink(server, link.SetPasswordUrl, password());
  assert.equal((await kept.get('/security')).status, 303);
});

test('a backup taken while the server runs is restored with passwords, without sessions and links', async (t) => {
  const account = await accountFromHost(server);
  const builder = await builderFromHost(server);
  const user = await userFromHost(server, account);
  const signedIn = await visitorIn(server, 'root', { email: account.email, password: account.secret });
  const link = await server.host('account', 'recover', '--account', account.id);
  const place = folder();
  const file = path.join(place, 'backup.db');
  await server.host('backup', file);
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  const twice = await run(['backup', file, '--data', server.data]);
  assert.notEqual(twice.code, 0, 'a backup never overwrites');

  const data = path.join(place, 'restored');
  fs.mkdirSync(data, { mode: 0o700 });
  fs.cpSync(path.join(server.data, 'keys'), path.join(data, 'keys'), { recursive: true });
  fs.chmodSync(path.join(data, 'keys'), 0o700);
  const restored = await run(['restore', file, '--data', data]);
  assert.equal(restored.code, 0, restored.err);
  const own = await startServer({ data });
  t.after(() => own.stop());

  const old = new Visitor(own.url);
  old.cookies = new Map(signedIn.cookies);
  assert.equal((await old.get('/security')).status, 303, 'sessions are dead');
  assert.equal((await signedIn.get('/security')).status, 200, 'and alive where they were');
  const dead = await new Visitor(own.url).get(new URL(link.SetPasswordUrl).pathname);
  assert.doesNotMatch(dead.text, /<button class="primary">Continue/, 'links are dead');
  const page = await browser(t, own);
  await signInRoot(page, account);
  await signInBuilder(await browser(t, own), builder);
  const third = await browser(t, own);
  await tryUser(third, account.id, user.name, user.secret);
  await see(third, `Hello, ${user.name}`);
  const found = await host(data, 'doctor');
  assert.ok(found.Findings.find((finding) => finding.Check === 'stored data').Well);
});

test('commands that are refused say so in one line', async () => {
  const cases = [
    [['account', 'show', '--account', '999999999999'], 1],
    [['account', 'show', '--account', '12'], 2],
    [['account', 'create', '--name', 'Nobody', '--email', 'no address'], 2],
    [['user', 'list', '--account', '999999999999'], 1],
    [['builder', 'registration', 'off', '--until', 'soon'], 2],
    [['session', 'list'], 2],
  ];
  for (const [args, code] of cases) {
    const said = await run([...args, '--data', server.data]);
    assert.equal(said.code, code, `${args.join(' ')}: ${said.err}`);
    assert.equal(said.out, '');
    if (code === 1) assert.equal(said.err.trim().split('\n').length, 1, said.err);
  }
  const unknown = await run(['config', 'check', '--data', server.data], { LOCKWRIGHT_SMPT__HOST: 'x' });
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /LOCKWRIGHT_SMPT__HOST/);
});

test('e04 health and metrics are on the admin listener and nowhere else', async () => {
  const admin = new Visitor(server.adminUrl);
  const publicly = new Visitor(server.url);
  assert.equal((await admin.get('/healthz')).text, 'ok\n');
  assert.equal((await admin.get('/readyz')).text, 'ready\n');
  await publicly.get('/signin');
  const metrics = await admin.get('/metrics');
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /^lockwright_http_requests_total\{listener="public",status="200"\} \d+/m);
  for (const path of ['/healthz', '/readyz', '/metrics', '/debug', '/debug/pprof/', '/health', '/.env', '/admin']) {
    assert.equal((await publicly.get(path)).status, 404, path);
  }
  // Operators' pages have a name of their own there; people's pages are not among them.
  const named = new Visitor(server.adminUrl.replace('127.0.0.1', 'localhost'));
  for (const path of ['/', '/signin', '/console', '/outbox']) assert.equal((await named.get(path)).status, 404, path);
});

test('e16 files are 0600 and folders 0700 under any umask', async (t) => {
  const own = await startServer({ umask: '000' });
  t.after(() => own.stop());
  const account = await accountFromHost(own);
  await new Visitor(own.url).submit('/recover/root', { email: account.email });
  await own.mailbox.take(account.email, /Your code/);
  const backup = path.join(folder(), 'backup.db');
  await own.host('backup', backup);
  const wrong = [];
  const walk = (place) => {
    const stat = fs.lstatSync(place);
    const wanted = stat.isDirectory() ? 0o700 : 0o600;
    if ((stat.mode & 0o777) !== wanted) wrong.push(`${path.relative(own.data, place) || '.'} ${(stat.mode & 0o777).toString(8)}`);
    if (stat.isDirectory()) for (const name of fs.readdirSync(place)) walk(path.join(place, name));
  };
  walk(own.data);
  walk(backup);
  assert.deepEqual(wrong, []);
});

test('a folder or key that others can read is refused', async () => {
  const place = folder();
  const open = path.join(place, 'open');
  fs.mkdirSync(open, { mode: 0o755 });
  fs.chmodSync(open, 0o755);
  const refused = await run(['account', 'list', '--data', open]);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /chmod 700/);
  const data = path.join(place, 'data');
  const own = await startServer({ data });
  await own.stop();
  fs.chmodSync(path.join(data, 'keys', 'pepper'), 0o644);
  const loose = await run(['account', 'list', '--data', data]);
  assert.equal(loose.code, 2);
});

test('e01 two fresh installations share no secret', async () => {
  const places = [];
  for (let count = 0; count < 2; count += 1) {
    const own = await startServer();
    await own.stop();
    places.push(own.data);
  }
  for (const key of ['pepper', 'sealing']) {
    const [one, two] = places.map((place) => fs.readFileSync(path.join(place, 'keys', key), 'utf8').trim());
    assert.match(one, /^[0-9a-f]{64}$/i);
    assert.notEqual(one, two);
  }
});

test('SIGTERM lets requests under way finish', async () => {
  const own = await startServer();
  const answers = [];
  for (let count = 0; count < 4; count += 1) {
    const account = await accountFromHost(own);
    // Each has a connection of its own, which the server has taken: one that is still being opened would find the door shut.
    const visitor = new Visitor(own.url, new http.Agent({ keepAlive: true, maxSockets: 1 }));
    const csrf = csrfOf((await visitor.get('/signin/root')).text);
    answers.push(() => visitor.post('/signin/root', { csrf, email: account.email, password: account.secret }));
  }
  const under = answers.map((answer) => answer());
  // All four were sent at once, so one answer shows that all are under way.
  await Promise.race(under);
  const ended = own.stop();
  for (const answer of await Promise.all(under)) assert.equal(answer.status, 303);
  assert.equal(await ended, 0);
  assert.ok(!fs.existsSync(path.join(own.data, 'control.sock')));
});

test('the printed completions and man pages are there', async () => {
  const place = folder();
  assert.match((await run(['completions', 'bash'])).out, /complete -F/);
  assert.equal((await run(['man', place])).code, 0);
  assert.ok(fs.readdirSync(place).includes('lockwright.1'));
  assert.ok(execFileSync('sh', ['-c', 'ls "$0" | wc -l', place], { encoding: 'utf8' }).trim() !== '1');
});
