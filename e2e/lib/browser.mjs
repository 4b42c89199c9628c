// Opens real Chromium windows through Playwright, checks pages with axe, and takes pictures of them.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

import { DEADLINE } from './deadline.mjs';

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 740 };
const PICTURES = fileURLToPath(new URL('../output/screens', import.meta.url));

let launched;

/** One Chromium a test file; `closeBrowser` ends it. */
async function launch() {
  launched ??= chromium.launch({
    executablePath: process.env.E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-sync',
      '--no-first-run',
      '--no-pings',
      '--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,CertificateTransparencyComponentUpdater',
      // Chromium's sandbox can't be had by root.
      ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  return launched;
}

/**
 * A fresh browser for one test, as far as the server can tell: no cookies, one page. It is closed after the test, which fails
 * when a page asked another host for anything or broke its own content policy.
 *
 * @param {{ scripts?: boolean, colorScheme?: 'light' | 'dark', viewport?: { width: number, height: number } }} options
 */
export async function browser(t, server, options = {}) {
  const chromium = await launch();
  const context = await chromium.newContext({
    baseURL: server.url,
    viewport: WIDE,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    javaScriptEnabled: options.scripts ?? true,
    colorScheme: options.colorScheme ?? 'light',
    ...(options.viewport ? { viewport: options.viewport } : {}),
  });
  context.setDefaultTimeout(DEADLINE);
  // Whatever a page loads comes from the server itself.
  await context.route((url) => url.origin !== server.url, (route) => route.abort());
  const complaints = [];
  context.on('request', (request) => new URL(request.url()).origin === server.url || complaints.push(`asked for ${request.url()}`));
  context.on('console', (message) => /Content Security Policy|Refused to/.test(message.text()) && complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(String(error.error())));
  t.after(async () => {
    if (process.env.E2E_SHOW) for (const page of context.pages()) console.error(page.url(), await page.getByRole('main').innerText());
    await context.close();
    assert.deepEqual(complaints, []);
  });
  const page = await context.newPage();
  page.scripts = options.scripts ?? true;
  return page;
}

/** The same browser, closed and opened again where it was: it has kept the cookies with a time, and forgotten the others. */
export async function reopened(t, server, page) {
  const kept = (await page.context().cookies()).filter(({ expires }) => expires > 0);
  const again = await browser(t, server, { scripts: page.scripts });
  await again.context().addCookies(kept);
  const url = page.url();
  await page.close();
  await again.goto(url);
  return again;
}

export async function closeBrowser() {
  const chromium = await launched;
  launched = undefined;
  await chromium?.close();
}

/** No serious or critical finding on the page as it is now. */
export async function axe(page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const lines = grave.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}\n    ${node.html}\n    ${node.failureSummary}`));
  assert.equal(lines.length, 0, `${page.url()} (${await page.title()})\n${lines.join('\n')}`);
}

/** Pictures of the page in both schemes and both widths, each checked with axe in both schemes. */
export async function shoot(page, name) {
  fs.mkdirSync(PICTURES, { recursive: true });
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const [width, viewport] of [['wide', WIDE], ['narrow', NARROW]]) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: path.join(PICTURES, `${name}-${colorScheme}-${width}.png`), fullPage: true });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${name} (${width}) is ${over} pixels wider than the window`);
    }
    await axe(page);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(before);
}
