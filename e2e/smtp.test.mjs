// Mail over a real SMTP server: registration really delivered; the server away and back, and each mail arrives once.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { DEADLINE } from './lib/deadline.mjs';
import { startServer } from './lib/server.mjs';
import { FROM, MailServer, startMailing } from './lib/smtp.mjs';
import { accountFromHost, address, builderFromHost, registerAccount } from './lib/steps.mjs';
import { Visitor, csrfOf, steady } from './lib/visitor.mjs';

const mails = [];
let smtp;
let server;
before(async () => {
  smtp = await MailServer.start(0, mails);
  server = await startMailing(smtp, mails);
});
after(async () => {
  await closeBrowser();
  await server.stop();
  await smtp.stop();
});

test('an account is registered with mail that is really delivered', async (t) => {
  const page = await browser(t, server);
  const account = await registerAccount(server, page);
  const mail = await server.mailbox.take(account.email, /Your account is ready/);
  assert.equal(mail.from, FROM);
  assert.deepEqual(mail.envelope, { from: FROM, to: [account.email] });
  assert.ok(mail.html.includes(account.number));
  // With a mail server no mail waits in the outbox: only messages to phones do, while no webhook takes them.
  assert.ok(!(await new Visitor(server.url).get('/outbox')).text.includes(account.email));
  assert.ok(!server.log.out.includes('/outbox'));
});

test('while the mail server is away every request answers alike, and the mail comes once when it is back', async () => {
  const known = await accountFromHost(server);
  await server.mailbox.take(known.email, /./);
  const nobody = address('nobody');
  await smtp.stop();

  const answers = [];
  for (const email of [known.email, nobody]) {
    const visitor = new Visitor(server.url);
    const form = await visitor.get('/recover/root');
    const answer = await visitor.post('/recover/root', { csrf: csrfOf(form.text), email });
    const page = await visitor.follow(answer);
    answers.push([answer.status, page.status, steady(page.text).replaceAll(email, 'NAME')]);
  }
  assert.deepEqual(answers[0], answers[1]);

  // The first try fails; that it was made is seen by its count.
  const job = await waiting((row) => row.Attempts >= 1);
  assert.equal(job.State, 'waiting');
  assert.ok(!server.stderr.includes(known.email), 'no address in the log');

  smtp = await MailServer.start(smtp.port, mails);
  await server.host('mail', 'retry', job.Id);
  const mail = await server.mailbox.take(known.email, /Your code to reset your root password/);
  assert.ok(mail.code && mail.link.startsWith(server.url));
  // Another mail behind it shows that nothing else was queued before.
  const other = await builderFromHost(server);
  await server.mailbox.take(other.email, /./);
  assert.equal(server.mailbox.to(known.email).filter((one) => one.code).length, 1);
  assert.deepEqual(server.mailbox.to(nobody), []);
  await emptied();
  const page = await new Visitor(server.url).get(mail.link);
  assert.match(page.text, /Continue/);
});

/** Asks the host for the outbox until nothing is in it: a mail has arrived a moment before its row is gone. */
async function emptied() {
  const until = Date.now() + DEADLINE;
  let rows;
  do rows = await server.host('mail', 'list');
  while (rows.length > 0 && Date.now() < until);
  assert.deepEqual(rows, []);
}

/** Asks the host for the outbox until a row is as wanted; each question is a round trip, none is a pause. */
async function waiting(wanted) {
  const until = Date.now() + DEADLINE;
  while (Date.now() < until) {
    const row = (await server.host('mail', 'list')).find(wanted);
    if (row) return row;
  }
  throw new Error('the mail was never tried');
}

test('a07 a slow mail server makes no request slower: the mail leaves behind the answer', async (t) => {
  // A server that takes the connection and says nothing.
  const { createServer } = await import('node:net');
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const env = {
    LOCKWRIGHT_SMTP__HOST: '127.0.0.1', LOCKWRIGHT_SMTP__PORT: String(silent.address().port), LOCKWRIGHT_SMTP__SECURITY: 'none',
    LOCKWRIGHT_SMTP__TIMEOUT: '30s',
  };
  const own = await startServer({ env });
  t.after(() => {
    silent.close();
    return own.stop('SIGKILL');
  });
  const known = await accountFromHost(own);
  for (let round = 0; round < 5; round += 1) {
    for (const email of [known.email, address('nobody')]) {
      const visitor = new Visitor(own.url);
      const answer = await visitor.submit('/recover/root', { email });
      assert.equal(answer.status, 200);
    }
  }
});
