// The help centre as somebody uses it who is locked out: search, questions, articles, support; the file for the help desk.

import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { browser, closeBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { choose, field, press, see } from './lib/steps.mjs';

let server;
before(async () => {
  server = await startServer();
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

for (const scripts of [true, false]) {
  const how = scripts ? 'with scripts' : 'without scripts';

  test(`m23 from the sign-in page to an article and from it into the way back, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/signin/root');
    await field(page, 'Search the help').fill('i lost my phoen');
    await page.getByRole('search').getByRole('button', { name: 'Search' }).click();
    await choose(page, /^The device of your second step is lost/);
    await see(page, 'The device of your second step is lost or broken');
    for (const words of ['For whom', 'What you need', 'How long it takes']) await page.getByText(words, { exact: true }).waitFor();
    assert.ok((await page.locator('.related li').count()) >= 3);
    assert.match(await page.locator('.related time').first().getAttribute('title'), /^\d+ \w+ 20\d\d$/);
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByText('Thank you for saying so.').waitFor();
    await choose(page, 'Get back in without your device');
    await see(page, 'Get back in without your device');
  });

  test(`m23 four questions lead to an article, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/recover');
    await page.getByRole('contentinfo').getByRole('link', { name: 'Help' }).click();
    await choose(page, 'Not sure? Answer a few questions');
    await see(page, 'What has happened?');
    await choose(page, /^Somebody else may be in/);
    await choose(page, /^A key of a program/);
    await see(page, 'An access key was in a repository, a chat or a log');
  });

  test(`m23 support refuses a password, and takes the request without it, ${how}`, async (t) => {
    const page = await browser(t, server, { scripts });
    await page.goto('/support');
    await page.getByRole('radio', { name: 'I can’t sign in' }).check();
    await field(page, 'Your email address').fill('kim@example.com');
    await field(page, 'What happened?').fill('It does not let me in. My password is Quarry4lantern.');
    await press(page, 'Send my request');
    await page.getByRole('alert').getByText(/looks as if it held a password/).waitFor();
    assert.equal(await field(page, 'What happened?').inputValue(), '');
    await field(page, 'What happened?').fill('It does not let me in.');
    await press(page, 'Send my request');
    await see(page, 'Your request is with us');
  });
}

test('m23 the whole help centre is one file that asks the network for nothing', async (t) => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'help-'));
  t.after(() => fs.rm(folder, { recursive: true }));
  const file = path.join(folder, 'help.html');
  await server.host('help', 'export', file);
  const html = await fs.readFile(file, 'utf8');
  const page = await browser(t, server);
  await page.setContent(html);
  await page.getByRole('link', { name: 'You have a new phone' }).first().click();
  await page.getByRole('heading', { name: 'You have a new phone' }).waitFor();
});
