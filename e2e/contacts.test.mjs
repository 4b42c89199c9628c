// Recovery contacts, with mail over a real SMTP server: asked, in their own browsers, and of help when nearly everything is lost.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { browser, closeBrowser, reopened } from './lib/browser.mjs';
import { DAY, HOUR } from './lib/clock.mjs';
import {
  askContacts, codeMail, counts, forgotPassword, kinds, linkOf, lostDevice, personWithApp, removeDevices, setNew, signInWithApp, startWaiting,
  withoutTheMail,
} from './lib/recovery.mjs';
import { MailServer, startMailing } from './lib/smtp.mjs';
import {
  address, answerProof, browserOf, builderFromHost, enrolApp, field, password, press, see, showProof, signInBuilder, signOut, tryEmail, typeCode,
} from './lib/steps.mjs';

const mails = [];
let smtp;
let server;
before(async () => {
  smtp = await MailServer.start(0, mails);
  server = await startMailing(smtp, mails, { clock: true });
});
after(async () => {
  await closeBrowser();
  await server.stop();
  await smtp.stop();
});

const OWNER = 'Ana Lima';

/** Invites somebody by mail; answers the person, with a browser of their own. */
async function invite(t, page, name) {
  const email = address(name.toLowerCase());
  await page.goto('/security/contacts/new');
  await see(page, 'Invite a recovery contact');
  await field(page, 'Their name').fill(name);
  await field(page, 'Their email address').fill(email);
  await field(page, 'How they call you').fill(OWNER);
  await press(page, 'Send invitation');
  await page.getByRole('status').getByText('The invitation is on its way').waitFor();
  return { name, email, page: await browser(t, server) };
}

/** Says yes in the contact's own browser; answers the link that ends it. */
async function accept({ email, page }) {
  const mail = await server.mailbox.take(email, /asks you to be their recovery contact/);
  await page.goto(linkOf(mail, '/contact/'));
  await see(page, `${OWNER} asks you to be their recovery contact`);
  await press(page, 'Yes, I’ll help');
  await see(page, `You are a recovery contact of ${OWNER}`);
  return linkOf(await server.mailbox.take(email, /You are now a recovery contact/), '/contact/leave/');
}

/** Opens the question that came by mail. */
async function question({ email, page }) {
  const mail = await server.mailbox.take(email, /needs your help/);
  await page.goto(linkOf(mail, '/recover/contact/'));
  await see(page, `Somebody who says they are ${OWNER} needs your help`);
}

/** Approves; answers the code as the contact reads it out. */
async function approve(contact) {
  await question(contact);
  await press(contact.page, 'I spoke to them: approve');
  await see(contact.page, `Read this code out to ${OWNER}`);
  return contact.page.getByRole('definition').innerText();
}

/** Somebody with an app and contacts who can help by now; signed out. */
async function withContacts(t, what, names) {
  const { person, visitor, app } = await personWithApp(server, what);
  const page = await browserOf(t, server, visitor);
  const contacts = [];
  for (const name of names) contacts.push(await invite(t, page, name));
  for (const contact of contacts) {
    await accept(contact);
    await server.mailbox.take(person.email, /You have a new recovery contact/);
  }
  return { person, page, app, contacts };
}

async function weekLater(page) {
  await signOut(page);
  await see(page, /Sign in/);
  await server.clock.pass(8 * DAY);
}

for (const kind of ['root', 'builder']) {
  const what = () => kinds(server)[kind];

  test(`two of three contacts lead back to a password after the waiting time, and its owner hears of it throughout, ${kind}`, async (t) => {
    const { person, page: owner, app, contacts } = await withContacts(t, what(), ['Marta', 'Piet', 'Yusuf']);
    await owner.goto('/security/contacts');
    await see(owner, 'Recovery contacts');
    await owner.getByRole('radio', { name: '2 of 3' }).check();
    await press(owner, 'Save number');
    await owner.getByRole('status').getByText('Saved').waitFor();
    await weekLater(owner);

    const asking = await browser(t, server);
    await forgotPassword(asking, kind, person);
    await withoutTheMail(asking);
    await askContacts(asking);
    const page = await reopened(t, server, asking);
    await server.mailbox.take(person.email, /Your recovery contacts were asked for help/);
    const first = await approve(contacts[0]);
    // The code of one is not the code of another, and is typed as it was heard.
    await answerProof(page, 'Your recovery contacts', first.toLowerCase());
    await page.getByRole('status').getByText('Another contact’s code is needed too').waitFor();
    await answerProof(page, 'Your recovery contacts', first);
    await page.getByRole('alert').waitFor();
    await answerProof(page, 'Your recovery contacts', await approve(contacts[2]));
    await counts(page);
    await startWaiting(page);
    await server.mailbox.take(person.email, /A recovery waits for you to object/);
    await server.clock.pass(37 * HOUR);
    await server.mailbox.take(person.email, /Half of the time to stop a recovery is over/);
    await server.clock.pass(36 * HOUR);
    await server.mailbox.take(person.email, /A recovery can be finished now/);

    await page.reload();
    const fresh = { ...person, secret: password() };
    await setNew(page, fresh.secret);
    // The third one comes too late.
    const late = await server.mailbox.take(contacts[1].email, /needs your help/);
    await contacts[1].page.goto(linkOf(late, '/recover/contact/'));
    await see(contacts[1].page, 'There is nothing left to do');
    await signInWithApp(page, kind, fresh, app);
    await see(page, what().home(person));
  });

  test(`the device is lost: the password and a contact replace it at once, ${kind}`, async (t) => {
    const { person, page, contacts } = await withContacts(t, what(), ['Marta']);
    await weekLater(page);
    await lostDevice(page, kind, person);
    await withoutTheMail(page);
    await askContacts(page);
    await answerProof(page, 'Your recovery contacts', await approve(contacts[0]));
    await counts(page);
    await server.mailbox.take(person.email, /Somebody began to get back in/);
    await showProof(page, 'Your password', person.secret);
    await removeDevices(page);
    const fresh = await enrolApp(server, page, 'New phone');
    await see(page, 'Recovery codes');
    const back = await browser(t, server);
    await signInWithApp(back, kind, person, fresh);
    await see(back, what().home(person));
  });
}

for (const kind of ['root', 'builder', 'iam']) {
  const what = () => kinds(server)[kind];

  test(`the password is lost: the mail and a contact lead back at once, ${kind}`, async (t) => {
    const { person, page, app, contacts } = await withContacts(t, what(), ['Marta']);
    await weekLater(page);
    await forgotPassword(page, kind, person);
    await typeCode(page, (await server.mailbox.take(person.email, codeMail(kind))).code);
    await askContacts(page);
    await answerProof(page, 'Your recovery contacts', await approve(contacts[0]));
    const fresh = { ...person, secret: password() };
    await setNew(page, fresh.secret);
    await signInWithApp(page, kind, fresh, app);
    await see(page, what().home(person));
  });
}

test('password and device are lost: the mail and a contact lead back at once, and the same contact to a new device', async (t) => {
  const what = kinds(server).root;
  const { person, page, contacts: [marta] } = await withContacts(t, what, ['Marta']);
  await weekLater(page);
  await forgotPassword(page, 'root', person);
  await typeCode(page, (await server.mailbox.take(person.email, codeMail('root'))).code);
  await askContacts(page);
  await answerProof(page, 'Your recovery contacts', await approve(marta));
  const fresh = { ...person, secret: password() };
  await setNew(page, fresh.secret);
  await lostDevice(page, 'root', person);
  await withoutTheMail(page);
  await askContacts(page);
  await answerProof(page, 'Your recovery contacts', await approve(marta));
  await counts(page);
  await showProof(page, 'Your password', fresh.secret);
  await removeDevices(page);
  const app = await enrolApp(server, page, 'New phone');
  await see(page, 'Recovery codes');
  await signOut(page);
  await see(page, /Sign in/);
  await signInWithApp(page, 'root', fresh, app);
  await see(page, what.home(person));
});

test('a contact who doesn’t recognise it says so, and the owner is warned', async (t) => {
  const { person, page, contacts } = await withContacts(t, kinds(server).root, ['Marta', 'Piet']);
  await weekLater(page);
  await forgotPassword(page, 'root', person);
  await typeCode(page, (await server.mailbox.take(person.email, codeMail('root'))).code);
  await askContacts(page);
  await question(contacts[0]);
  await press(contacts[0].page, 'I don’t recognise this');
  await see(contacts[0].page, `Thank you. ${OWNER} is being warned`);
  const warned = await server.mailbox.take(person.email, /A recovery contact refused to help/);
  assert.ok(warned.text.includes('Marta') && linkOf(warned, '/notice/'), warned.text);
});

test('whoever says no, leaves or is removed asks nothing more of anybody; a year later the list is looked through', async (t) => {
  const builder = await builderFromHost(server);
  const page = await browser(t, server);
  await signInBuilder(page, builder);
  const [marta, piet, yusuf] = [await invite(t, page, 'Marta'), await invite(t, page, 'Piet'), await invite(t, page, 'Yusuf')];
  const asked = await server.mailbox.take(marta.email, /asks you to be their recovery contact/);
  await marta.page.goto(linkOf(asked, '/contact/'));
  await press(marta.page, 'No, thank you');
  await see(marta.page, 'You said no');
  await server.mailbox.take(builder.email, /Somebody does not want to be your recovery contact/);

  const leave = await accept(piet);
  await accept(yusuf);
  await piet.page.goto(leave);
  await see(piet.page, `Stop being a recovery contact of ${OWNER}?`);
  await press(piet.page, 'Stop being their contact');
  await see(piet.page, `You are no longer a recovery contact of ${OWNER}`);
  await server.mailbox.take(builder.email, /You have a recovery contact less/);
  await page.goto('/security/contacts');
  await see(page, 'Recovery contacts');
  const shown = await page.getByRole('table').innerText();
  assert.ok(shown.includes('Yusuf') && !shown.includes('Piet') && !shown.includes('Marta'), shown);

  await server.clock.pass(366 * DAY);
  const reminder = await server.mailbox.take(builder.email, /still the right ones/);
  await tryEmail(page, 'builder', builder.email, builder.secret);
  await see(page, `Hello, ${builder.name}`);
  await page.goto(linkOf(reminder, '/security/contacts'));
  await see(page, 'Recovery contacts');
  await press(page, 'This list is right');
  await page.getByRole('status').getByText('We remind you again in a year').waitFor();
  await page.getByText('You last looked through this list just now').waitFor();
  await page.getByRole('button', { name: 'Remove: Yusuf' }).click();
  await server.mailbox.take(yusuf.email, /You are no longer a recovery contact/);
});
