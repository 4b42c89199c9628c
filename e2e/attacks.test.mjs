// What strangers send over the wire: forged hosts, floods, oversized and odd requests. Named by the ids of the attack list.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';

import { startServer } from './lib/server.mjs';
import { accountFromHost, address, visitorIn } from './lib/steps.mjs';
import { Visitor, bare, csrfOf, titleOf } from './lib/visitor.mjs';

const FROM = 'door@access.example.com';
let server;
let account;
before(async () => {
  server = await startServer({ env: { LOCKWRIGHT_MAIL__FROM: FROM, LOCKWRIGHT_INSTALLATION: 'Front Door' } });
  account = await accountFromHost(server);
});
after(() => server.stop());

const EVIL = 'evil.example';
const FORWARDING = {
  'x-forwarded-host': EVIL, 'x-forwarded-server': EVIL, 'x-forwarded-proto': 'https', 'x-forwarded-port': '443', 'x-host': EVIL,
  'x-original-host': EVIL, 'x-original-url': `https://${EVIL}/`, 'x-rewrite-url': `https://${EVIL}/`, 'x-http-host-override': EVIL,
  forwarded: `for=203.0.113.7;host=${EVIL};proto=https`, 'x-forwarded-for': '203.0.113.7', 'true-client-ip': '203.0.113.7',
};

/** Everything in the mail points to the configured origin and comes from the configured sender. */
function clean(mail) {
  assert.equal(mail.from, FROM);
  assert.ok(!mail.raw.includes(EVIL), mail.raw);
  assert.ok(mail.link, mail.text);
  for (const link of mail.links) assert.ok(link.startsWith(`${server.url}/`), link);
  for (const name of ['sender', 'return-path', 'reply-to']) assert.ok(!mail.headers[name]?.includes(EVIL));
  assert.ok(!mail.headers['message-id'].includes(EVIL));
}

test('a08 a forged Host or forwarding header is in no link, page or redirect', async () => {
  const { host } = new URL(server.url);
  for (const forged of [{ host: EVIL }, { host: `${EVIL}:80@${host}` }, { host: `${host}.${EVIL}` }, FORWARDING]) {
    const visitor = new Visitor(server.url);
    const headers = { ...forged };
    const form = await visitor.get('/recover/root', headers);
    const to = address('forged');
    await accountFromHost(server, { email: to });
    const answer = await visitor.post('/recover/root', { csrf: csrfOf(form.text), email: to }, headers);
    // The request may be refused; where it is taken, the mail is right.
    assert.ok(answer.status === 303 || (answer.status >= 400 && answer.status < 500), String(answer.status));
    for (const page of [form, answer]) {
      assert.ok(!page.text.includes(EVIL));
      assert.ok(!JSON.stringify(page.headers).includes(EVIL), JSON.stringify(page.headers));
    }
    if (answer.status === 303) clean(await server.mailbox.take(to, /Your code/));
  }
});

test('a10 a11 nor one from an absolute request line or a doubled Host', async () => {
  const { host } = new URL(server.url);
  const shapes = [
    (body) => `POST http://${EVIL}/recover/root HTTP/1.1\r\nHost: ${host}\r\n${body}`,
    (body) => `POST http://${EVIL}/recover/root HTTP/1.1\r\nHost: ${EVIL}\r\n${body}`,
    (body) => `POST /recover/root HTTP/1.1\r\nHost: ${host}\r\nHost: ${EVIL}\r\n${body}`,
    (body) => `POST /recover/root HTTP/1.1\r\nHost: ${EVIL}\r\nHost: ${host}\r\n${body}`,
    (body) => `POST /recover/root HTTP/1.0\r\n${body}`,
    (body) => `POST //${EVIL}/recover/root HTTP/1.1\r\nHost: ${host}\r\n${body}`,
  ];
  for (const shape of shapes) {
    const visitor = new Visitor(server.url);
    const csrf = csrfOf((await visitor.get('/recover/root')).text);
    const to = address('raw');
    await accountFromHost(server, { email: to });
    const body = new URLSearchParams({ csrf, email: to }).toString();
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const rest = `Cookie: ${cookie}\r\nOrigin: ${server.url}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
    const said = await bare(server.url, shape(`${rest}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`));
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(said)?.[1]);
    assert.ok(status === 303 || (status >= 400 && status < 500), said.slice(0, 200));
    assert.ok(!said.includes(EVIL), said);
    if (status === 303) clean(await server.mailbox.take(to, /Your code/));
  }
});

test('e05 forwarding headers are believed from nobody: the event has the real address', async () => {
  const before = await accountFromHost(server);
  const visitor = new Visitor(server.url);
  const form = await visitor.get('/signin/root', FORWARDING);
  const answer = await visitor.post('/signin/root', { csrf: csrfOf(form.text), email: before.email, password: before.secret }, FORWARDING);
  assert.equal(answer.status, 303);
  const events = await server.host('trail', 'list', '--account', before.id);
  const login = events.find((event) => event.eventName === 'ConsoleLogin');
  assert.equal(login.sourceIPAddress, '127.0.0.1');
  // The outbox is for this machine, not for somebody behind a proxy on it.
  assert.equal((await new Visitor(server.url).get('/outbox', FORWARDING)).status, 404);
  assert.equal((await new Visitor(server.url).get('/outbox')).status, 200);
});

test('a01 a14 addresses as arrays, lists and doubled fields reach nobody', async () => {
  const stranger = address('stranger');
  const own = account.email;
  const bodies = [
    (csrf) => `csrf=${csrf}&email=${own}&email=${stranger}`,
    (csrf) => `csrf=${csrf}&email=${stranger}&email=${own}`,
    (csrf) => `csrf=${csrf}&email[]=${own}&email[]=${stranger}`,
    (csrf) => `csrf=${csrf}&email=${own},${stranger}`,
    (csrf) => `csrf=${csrf}&email=${own}%20${stranger}`,
    (csrf) => `csrf=${csrf}&email=${own}%3B${stranger}`,
    (csrf) => `csrf=${csrf}&email=${own}%0D%0ABcc:%20${stranger}`,
    (csrf) => `csrf=${csrf}&email=${own}%00${stranger}`,
    (csrf) => `csrf=${csrf}&email=%3C${own}%3E%2C%3C${stranger}%3E`,
  ];
  for (const body of bodies) {
    const visitor = new Visitor(server.url);
    const csrf = csrfOf((await visitor.get('/recover/root')).text);
    const answer = await visitor.post('/recover/root', body(csrf));
    assert.ok([400, 422].includes(answer.status), `${body('')}: ${answer.status}`);
  }
  const json = new Visitor(server.url);
  const csrf = csrfOf((await json.get('/recover/root')).text);
  const answer = await json.post('/recover/root', JSON.stringify({ csrf, email: [own, stranger] }), { 'content-type': 'application/json' });
  assert.equal(answer.status, 400);
  // A14: fields that are none of ours change nothing.
  const extra = new Visitor(server.url);
  const known = csrfOf((await extra.get('/recover/root')).text);
  const more = { csrf: known, email: own, to: stranger, next: 'https://evil.example/', user: stranger, 'email[]': stranger };
  const taken = await extra.post('/recover/root', more);
  assert.equal(taken.status, 303);
  assert.ok(taken.headers.location.startsWith('/recover/case/'));
  const mail = await server.mailbox.take(own, /Your code/);
  assert.equal(mail.to, own);
  assert.deepEqual(server.mailbox.to(stranger), []);
});

test('e10 a body of 10 MB is refused before it is read', async () => {
  const { host } = new URL(server.url);
  const head = `POST /signin/root HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${server.url}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
  const declared = await bare(server.url, `${head}Content-Length: 10485760\r\n\r\n`, { until: /\r\n\r\n/ });
  assert.match(declared, /^HTTP\/1\.1 413 /);
  const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
  const chunked = await bare(server.url, [`${head}Transfer-Encoding: chunked\r\n\r\n`, ...Array(160).fill(chunk)], { until: /\r\n\r\n/ });
  // Who goes on sending may lose the answer with the connection.
  assert.match(chunked, /^(HTTP\/1\.1 413 |$)/);
  assert.equal((await new Visitor(server.url).get('/signin')).status, 200);
  const many = new Visitor(server.url);
  const csrf = csrfOf((await many.get('/signin/root')).text);
  const fields = Array.from({ length: 5000 }, (_, at) => `f${at}=`).join('&');
  assert.equal((await many.post('/signin/root', `csrf=${csrf}&${fields}`)).status, 400);
});

test('a head that never ends is cut off, and others are served meanwhile', async () => {
  const { host } = new URL(server.url);
  const slow = bare(server.url, `GET /signin HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `);
  for (let count = 0; count < 10; count += 1) assert.equal((await new Visitor(server.url).get('/signin')).status, 200);
  assert.match(await slow, /^$|^HTTP\/1\.1 408 /);
});

test('floods of headers are refused', async () => {
  const { host } = new URL(server.url);
  const start = `GET /signin HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`;
  const many = Array.from({ length: 5000 }, (_, at) => `X-${at}: 1\r\n`).join('');
  assert.match(await bare(server.url, `${start}${many}\r\n`), /^HTTP\/1\.1 431 /);
  assert.match(await bare(server.url, `${start}X-Long: ${'a'.repeat(2 << 20)}\r\n\r\n`), /^(HTTP\/1\.1 4(31|00) |$)/);
  assert.match(await bare(server.url, `GET /${'a'.repeat(1 << 20)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`), /^(HTTP\/1\.1 4\d\d |$)/);
  assert.equal((await new Visitor(server.url).get('/signin')).status, 200);
});

test('d27 each path has its verbs and no others', async () => {
  const visitor = new Visitor(server.url);
  for (const verb of ['TRACE', 'TRACK', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'BREW']) {
    for (const path of ['/signin', '/signin/root', '/security/password', '/console/users']) {
      const answer = await visitor.request(verb, path, { headers: { origin: server.url, 'x-canary': 'echo-me' } });
      assert.equal(answer.status, 405, `${verb} ${path}`);
      assert.ok(!answer.text.includes('echo-me'));
    }
  }
  for (const path of ['/signout', '/security/sessions/end-others', '/console/account/name']) {
    assert.equal((await visitor.get(path)).status, 405, path);
    assert.equal((await visitor.request('HEAD', path)).status, 405, path);
  }
  const { host } = new URL(server.url);
  assert.match(await bare(server.url, `CONNECT evil.example:443 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 4\d\d /);
});

test('requests that smuggle another are refused', async () => {
  const { host } = new URL(server.url);
  const second = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const both = `POST /signin/root HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${second.length}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n${second}`;
  const said = await bare(server.url, both);
  assert.ok((said.match(/HTTP\/1\.1 /g) ?? []).length <= 1, said);
  const lengths = `POST /signin/root HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabc`;
  assert.match(await bare(server.url, lengths), /^HTTP\/1\.1 400 /);
});

test('e13 nothing leads to another host', async () => {
  const payloads = [
    'https://evil.example/', '//evil.example/', '/\\evil.example', '\\\\evil.example', 'javascript:alert(1)', '/%09/evil.example', '///evil.example',
    'https:evil.example', '/.evil.example', '%2f%2fevil.example', '@evil.example', 'data:text/html,x',
  ];
  const names = ['next', 'return', 'return_to', 'redirect', 'redirect_uri', 'continue', 'url', 'goto', 'dest', 'r', 'RelayState', 'service'];
  const visitor = await visitorIn(server, 'root', { email: account.email, password: account.secret });
  for (const payload of payloads) {
    const query = names.map((name) => `${name}=${encodeURIComponent(payload)}`).join('&');
    for (const path of ['/', '/signin', '/signin/root', '/.well-known/change-password']) {
      for (const who of [visitor, new Visitor(server.url)]) {
        const answer = await who.get(`${path}?${query}`);
        assert.ok(!answer.headers.location || /^\/[^/\\]/.test(answer.headers.location) || answer.headers.location === '/', answer.headers.location);
        assert.ok(!/href="(https?:)?\/\/evil|href="[^"]*javascript:/.test(answer.text));
      }
    }
    for (const path of [`/${payload}`, `//${payload}`]) {
      const said = await bare(server.url, `GET ${path.replaceAll(/[\s\\]/g, '%5C')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.doesNotMatch(said, /^location:\s*(https?:|\/\/|\\)/im);
    }
  }
});

test('a20 a25 blank, odd and huge tokens open nothing, quickly', async () => {
  const visitor = new Visitor(server.url);
  const page = await visitor.submit('/recover/root', { email: account.email });
  const id = page.path.split('/').at(-1);
  await server.mailbox.take(account.email, /Your code/);
  for (const token of ['0', 'null', 'undefined', '%20', '%00', '[]', '..', 'lw_link_', 'a'.repeat(8000), '%F0%9F%94%91', "'%20or%201=1--"]) {
    const answer = await visitor.get(`/recover/link/${id}/${token}`);
    assert.ok(answer.status < 500, `${token.slice(0, 20)}: ${answer.status}`);
    assert.doesNotMatch(answer.text, /<button class="primary">Continue/);
    const odd = await visitor.get(`/recover/link/${token}/${token}`);
    assert.ok(odd.status < 500);
  }
  for (const code of ['', ' ', '0', 'null', '000000', 'a'.repeat(60_000), '\u0000', '🔑🔑🔑🔑🔑🔑']) {
    const tried = await visitor.post(`${page.path}/code`, { csrf: csrfOf(page.text), code });
    assert.ok([422, 303, 200, 400, 409, 410].includes(tried.status), `${code.slice(0, 10)}: ${tried.status}`);
    assert.notEqual(titleOf(tried.text), 'Set a new password');
  }
});

test('o_c06 a form of another site changes nothing', async () => {
  const visitor = await visitorIn(server, 'root', { email: account.email, password: account.secret });
  const csrf = csrfOf((await visitor.get('/security')).text);
  const cases = [
    { origin: 'https://evil.example' }, { origin: 'null', 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' }, { origin: server.url.replace('localhost', '127.0.0.1') },
  ];
  for (const headers of cases) {
    const answer = await visitor.post('/signout', { csrf }, headers);
    assert.equal(titleOf(answer.text), 'This page has expired', JSON.stringify(headers));
  }
  for (const token of ['', 'x', csrfOf((await new Visitor(server.url).get('/signin/root')).text), `${csrf}x`]) {
    const answer = await visitor.post('/signout', { csrf: token });
    assert.equal(titleOf(answer.text), 'This page has expired', token);
  }
  assert.equal((await visitor.get('/security')).status, 200, 'still signed in');
});

test('every answer has the headers that browsers obey', async () => {
  const visitor = await visitorIn(server, 'root', { email: account.email, password: account.secret });
  for (const path of ['/', '/signin/root', '/console', '/security', '/nowhere', '/recover', '/signup', '/robots.txt']) {
    const { headers } = await visitor.get(path);
    assert.match(headers['content-security-policy'], /default-src 'none'/, path);
    assert.match(headers['content-security-policy'], /frame-ancestors 'none'/, path);
    assert.doesNotMatch(headers['content-security-policy'], /unsafe/, path);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.equal(headers['cache-control'], 'no-store', path);
    assert.ok(!headers.server && !headers['x-powered-by'], path);
  }
  const fresh = new Visitor(server.url);
  const form = await fresh.get('/signin/root');
  const answer = await fresh.post('/signin/root', { csrf: csrfOf(form.text), email: account.email, password: account.secret });
  const session = answer.headers['set-cookie'].find((line) => line.includes('session'));
  assert.match(session, /; HttpOnly/);
  assert.match(session, /; SameSite=Lax/);
  assert.match(session, /; Path=\//);
  assert.doesNotMatch(session, /Domain=/i);
  const style = /href="(\/assets\/[^"]+\.css)"/.exec(form.text)[1];
  assert.match((await fresh.get(style)).headers['cache-control'], /immutable/);
});

test('e07 hostile names are inert in pages and mails', async () => {
  const hostile = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "{{ 7*7 }}${7*7}", 'a & b < c "d" \'e\''];
  for (const name of hostile) {
    const email = address('hostile');
    const visitor = new Visitor(server.url);
    const answer = await visitor.submit('/builder/signup', { email, name });
    if (answer.status !== 200) continue;
    const mail = await server.mailbox.take(email, /Your code to create a builder ID/);
    for (const text of [mail.text, mail.html]) assert.ok(!text.includes('<script') && !text.includes('<img') && !text.includes('alert(1)'), text);
    const proven = await visitor.submit(answer.path, { code: mail.code });
    assert.equal(titleOf(proven.text), 'Choose a password');
    assert.ok(!proven.text.includes('<img src=x') && !proven.text.includes('<script>alert') && !proven.text.includes('Welcome, 49'), proven.text);
  }
});

test('connections that send nothing keep nobody out', async () => {
  const { hostname, port } = new URL(server.url);
  const idle = Array.from({ length: 500 }, () => net.connect(Number(port), hostname).on('error', () => {}));
  try {
    assert.equal((await new Visitor(server.url).get('/signin')).status, 200);
  } finally {
    for (const socket of idle) socket.destroy();
  }
});
