// A plain HTTP client with a cookie jar: sends what browsers send, and what they never would.

import http from 'node:http';
import net from 'node:net';

import { DEADLINE } from './deadline.mjs';

/** Somebody without a browser: keeps cookies, follows nothing by itself. */
export class Visitor {
  cookies = new Map();

  /** `agent` keeps its connections; without one all visitors share them. */
  constructor(url, agent = undefined) {
    this.url = url;
    this.agent = agent;
  }

  get(path, headers = {}) {
    return this.request('GET', path, { headers });
  }

  /** Posts a form as a browser would: same origin, form token included. */
  post(path, fields, headers = {}) {
    const body = fields instanceof URLSearchParams || typeof fields === 'string' ? String(fields) : String(new URLSearchParams(fields));
    return this.request('POST', path, {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.url, 'sec-fetch-site': 'same-origin', ...headers },
    });
  }

  /** Opens a page, fills its form in, sends it to where the form says, and follows redirects to a page. */
  async submit(path, fields, headers = {}) {
    const page = await this.follow(await this.get(path, headers));
    return this.follow(await this.post(formAction(page.text, fields) ?? path, { csrf: csrfOf(page.text), ...fields }, headers), headers);
  }

  /** Follows redirects until there is a page. */
  async follow(answer, headers = {}) {
    let at = answer;
    for (let hops = 0; at.headers.location && hops < 5; hops += 1) at = await this.get(at.headers.location, headers);
    return at;
  }

  request(method, path, { headers = {}, body } = {}) {
    const target = new URL(path, this.url);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const options = { agent: this.agent, method, path: target.pathname + target.search, host: target.hostname, port: target.port, timeout: DEADLINE };
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const request = http.request({ ...options, headers: { ...(cookie ? { cookie } : {}), ...length, ...headers } }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          for (const line of response.headers['set-cookie'] ?? []) this.#keep(line);
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode, headers: response.headers, text, path: target.pathname });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(';');
    const [name, value] = pair.split('=');
    if (attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0')) this.cookies.delete(name.trim());
    else this.cookies.set(name.trim(), value.trim());
  }
}

/** The form token of a page. */
export function csrfOf(html) {
  return /name="csrf" value="([^"]*)"/.exec(html)?.[1] ?? '';
}

/** Where the form with these fields goes; the first form of the page's own content otherwise. */
function formAction(html, fields) {
  const main = html.slice(Math.max(0, html.indexOf('<main')));
  const forms = [...main.matchAll(/<form[^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/gs)];
  const names = Object.keys(fields);
  const found = forms.find(([, , inside]) => names.every((name) => inside.includes(`name="${name}"`))) ?? forms[0];
  return found?.[1];
}

/** The page's title without the installation's name. */
export function titleOf(html) {
  return (/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '').split(' · ')[0];
}

/** A page without what differs from one showing to the next: form tokens, case ids, request ids. */
export function steady(html) {
  return html
    .replaceAll(/name="csrf" value="[^"]*"/g, 'name="csrf" value=""')
    .replaceAll(/\/case\/[A-Za-z0-9]+/g, '/case/ID')
    .replaceAll(/<code>[A-Z0-9]{20,}<\/code>/g, '<code>ID</code>');
}

/** Sends bytes over a bare connection, piece by piece, and answers all that comes back until the server closes. */
export function bare(url, pieces, { until } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname);
    let text = '';
    const late = setTimeout(() => socket.destroy(new Error(`the connection stayed open; so far:\n${text.slice(0, 500)}`)), DEADLINE * 2);
    const done = () => {
      clearTimeout(late);
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (until?.test(text)) done();
    });
    socket.on('error', (error) => (text || error.code === 'EPIPE' || error.code === 'ECONNRESET' ? done() : reject(error)));
    socket.on('close', done);
    for (const piece of [pieces].flat()) socket.write(piece);
  });
}
