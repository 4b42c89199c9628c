// Makes the pictures of the project's front page: a few pages as people first see them, written to docs/images.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { browser, closeBrowser } from './lib/browser.mjs';
import { startServer } from './lib/server.mjs';
import { accountFromHost, field, press, signInRoot, userFromHost, visitorIn } from './lib/steps.mjs';

const IMAGES = fileURLToPath(new URL('../docs/images', import.meta.url));
const PUBLIC = { width: 560, height: 640 };
const CONSOLE = { width: 1100, height: 560 };

fs.mkdirSync(IMAGES, { recursive: true });
const server = await startServer({ env: { LOCKWRIGHT_INSTALLATION: 'Harbour Works' } });
const closing = [];
const t = { after: (close) => closing.push(close) };
const picture = async (page, name, viewport, colorScheme = 'light') => {
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await page.evaluate(() => document.activeElement?.blur());
  await page.screenshot({ path: path.join(IMAGES, `${name}.png`), scale: 'css' });
};

try {
  const account = await accountFromHost(server, { email: 'ana@example.com', name: 'Harbour Works' });
  for (const name of ['ana', 'ben', 'cleo', 'dora']) await userFromHost(server, account, { name, administrator: name === 'ana' });
  await server.host('user', 'create', '--account', account.id, '--name', 'finn');
  await server.host('user', 'create', '--account', account.id, '--name', 'build-machine', '--access', 'none');
  const page = await browser(t, server);
  await page.goto('/signin');
  await picture(page, 'sign-in', PUBLIC);
  await picture(page, 'sign-in-dark', PUBLIC, 'dark');
  await page.goto('/recover');
  await picture(page, 'recover', PUBLIC);
  await page.goto('/recover/root');
  await field(page, 'Email address').fill(account.email);
  await press(page, 'Send me a code');
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await picture(page, 'check-your-email', { ...PUBLIC, height: 760 });
  await visitorIn(server, 'root', { email: account.email, password: account.secret });
  await signInRoot(page, account);
  await page.goto('/console/users');
  await picture(page, 'console-users', CONSOLE);
  await page.goto('/security');
  await picture(page, 'security', CONSOLE, 'dark');
} finally {
  for (const close of closing) await close();
  await closeBrowser();
  await server.stop();
}
let total = 0;
for (const name of fs.readdirSync(IMAGES)) total += fs.statSync(path.join(IMAGES, name)).size;
console.log(`${fs.readdirSync(IMAGES).length} pictures, ${Math.round(total / 1024)} KB`);
