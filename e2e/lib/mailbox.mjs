// Reads the mail that a server without SMTP writes as files: waits for one, takes it apart, finds code and link.

import fs from 'node:fs';
import path from 'node:path';

import { DEADLINE } from './deadline.mjs';

/** The folder `DIR/outbox`. Each mail is taken once. */
export class Mailbox {
  #folder;
  #mails = new Map();
  #taken = new Set();
  #watcher = null;
  #waiting = new Set();

  constructor(folder) {
    this.#folder = folder;
  }

  /** Every mail so far, oldest first. */
  all() {
    for (const name of fs.existsSync(this.#folder) ? fs.readdirSync(this.#folder).sort() : []) {
      if (!name.endsWith('.eml') || this.#mails.has(name)) continue;
      this.#mails.set(name, parseMail(fs.readFileSync(path.join(this.#folder, name), 'utf8')));
    }
    return [...this.#mails.values()];
  }

  /** Mails to an address, oldest first, taken or not. */
  to(address) {
    return this.all().filter((mail) => mail.to === address);
  }

  /** The oldest mail to the address with this subject that nobody has taken yet; waits for it. */
  async take(address, subject) {
    this.#watcher ??= fs.watch(this.#folder, () => this.#waiting.forEach((look) => look()));
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.to(address).find((mail) => subject.test(mail.subject) && !this.#taken.has(mail));
        if (!found) return false;
        this.#taken.add(found);
        this.#waiting.delete(look);
        clearTimeout(late);
        resolve(found);
        return true;
      };
      const late = setTimeout(() => {
        this.#waiting.delete(look);
        const there = this.all().map((mail) => `  ${mail.to}: ${mail.subject}`);
        reject(new Error(`no mail to ${address} about ${subject}; there are\n${there.join('\n')}`));
      }, DEADLINE);
      this.#waiting.add(look);
      look();
    });
  }

  close() {
    this.#watcher?.close();
    this.#watcher = null;
  }
}

/** A mail taken apart: headers, plain text, HTML, and the code and link of a ticket. */
export function parseMail(raw) {
  const { headers, body } = split(raw);
  const parts = leaves(headers, body);
  const part = (type) => parts.find((leaf) => leaf.type === type)?.text.replaceAll('\r\n', '\n') ?? '';
  const text = part('text/plain');
  const addressOf = (name) => /<([^>]+)>/.exec(headers[name] ?? '')?.[1] ?? (headers[name] ?? '').trim();
  return {
    raw,
    headers,
    subject: words(headers.subject ?? ''),
    to: addressOf('to'),
    from: addressOf('from'),
    text,
    html: part('text/html'),
    code: /^ {4}([2-9A-Z]{3}) ([2-9A-Z]{3})$/m.exec(text)?.slice(1).join('') ?? null,
    callerCode: /^ {4}(\d{3} \d{3})$/m.exec(text)?.[1] ?? null,
    link: /^(https?:\/\/\S+\/recover\/link\/\S+)$/m.exec(text)?.[1] ?? null,
    links: [...text.matchAll(/https?:\/\/[^\s]+/g)].map(([link]) => link),
  };
}

/** Headers by lower-case name, unfolded, and the body after the empty line (RFC 5322 section 2.2). */
function split(raw) {
  const at = /\r?\n\r?\n/.exec(raw);
  const head = at ? raw.slice(0, at.index) : raw;
  const headers = {};
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: at ? raw.slice(at.index + at[0].length) : '' };
}

/** The parts of a multipart body that hold text (RFC 2046 section 5.1). */
function leaves(headers, body) {
  const type = (headers['content-type'] ?? 'text/plain').toLowerCase();
  const boundary = /boundary="?([^";]+)"?/i.exec(headers['content-type'] ?? '')?.[1];
  if (type.startsWith('multipart/') && boundary) {
    return body
      .split(`--${boundary}`)
      .slice(1, -1)
      .flatMap((part) => {
        const inner = split(part.replace(/^\r?\n/, ''));
        return leaves(inner.headers, inner.body.replace(/\r?\n$/, ''));
      });
  }
  return [{ type: type.split(';')[0].trim(), text: decode(body, (headers['content-transfer-encoding'] ?? '7bit').toLowerCase()) }];
}

function decode(body, encoding) {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding === 'quoted-printable') return quoted(body.replaceAll(/[ \t]*=\r?\n/g, ''));
  return body;
}

function quoted(text) {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Encoded words of a header (RFC 2047). */
function words(text) {
  const joined = text.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind, data) =>
    kind.toLowerCase() === 'b' ? Buffer.from(data, 'base64').toString('utf8') : quoted(data.replaceAll('_', ' ')),
  );
}
