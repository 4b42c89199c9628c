// A real SMTP server beside the program under test, and what it took, read as the tests read the outbox folder.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { DEADLINE } from './deadline.mjs';
import { parseMail } from './mailbox.mjs';
import { PYTHON } from './python.mjs';
import { startServer } from './server.mjs';

const PROGRAM = fileURLToPath(new URL('../smtp_server.py', import.meta.url));
/** Who the mails of the program are from. */
export const FROM = 'door@access.example.com';

/** A mail server; it ends when it is told to, and what it took stays in `mails`. */
export class MailServer {
  /** On this port; 0: any free one. */
  static async start(port, mails) {
    const child = spawn(PYTHON, [PROGRAM, 'plain', String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error('the SMTP server ended')));
      lines.on('line', (line) => {
        if (line.startsWith('ready ')) return resolve(Number(line.slice('ready '.length)));
        const said = JSON.parse(line);
        mails.push({ ...parseMail(said.content), envelope: { from: said.from, to: said.to } });
        mails.waiting?.forEach((look) => look());
      });
    });
    return Object.assign(new MailServer(), { child, port: await ready });
  }

  async stop() {
    this.child.removeAllListeners('exit');
    const gone = once(this.child, 'exit');
    this.child.stdin.end();
    await gone;
  }
}

/** Starts the program with this mail server; its mailbox is what the server took. */
export async function startMailing(smtp, mails, options = {}) {
  const env = {
    LOCKWRIGHT_SMTP__HOST: '127.0.0.1', LOCKWRIGHT_SMTP__PORT: String(smtp.port), LOCKWRIGHT_SMTP__SECURITY: 'none',
    LOCKWRIGHT_MAIL__FROM: FROM, ...options.env,
  };
  const server = await startServer({ ...options, env });
  server.mailbox = Object.assign(inbox(mails), { close: () => {} });
  return server;
}

/** Reads what the mail server took, as the tests read the outbox folder. */
function inbox(mails) {
  mails.waiting = new Set();
  const taken = new Set();
  return {
    take: (to, subject) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = mails.find((mail) => mail.to === to && subject.test(mail.subject) && !taken.has(mail));
          if (!found) return;
          taken.add(found);
          mails.waiting.delete(look);
          clearTimeout(late);
          resolve(found);
        };
        const late = setTimeout(() => reject(new Error(`no mail to ${to}: ${mails.map((mail) => `${mail.to} ${mail.subject}`)}`)), DEADLINE * 2);
        mails.waiting.add(look);
        look();
      }),
    to: (address) => mails.filter((mail) => mail.to === address),
  };
}
