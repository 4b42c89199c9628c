// Programs that others wrote read an account: Cloudsplaining and Principal Mapper.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { folder, startServer } from './lib/server.mjs';

const run = promisify(execFile);
const READERS = fileURLToPath(new URL('./.venv-readers/bin/', import.meta.url));
// Principal Mapper was written for a Python that kept these names elsewhere.
const SHIM = fileURLToPath(new URL('./readers', import.meta.url));

let server;
let account;
let env;
const home = folder();
before(async () => {
  server = await startServer();
  account = await server.host('account', 'create', '--name', 'Harbour Works', '--email', 'ana@example.com', '--admin-user', 'boss');
  const user = (name, policy) => server.host('user', 'create', '--account', account.AccountId, '--name', name, '--access', 'none', '--access-key', '--policy', `arn:aws:iam::aws:policy/${policy}`);
  const auditor = await user('auditor', 'AdministratorAccess');
  await user('reader', 'IAMReadOnlyAccess');
  env = {
    PATH: process.env.PATH,
    HOME: home,
    PYTHONPATH: SHIM,
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: auditor.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: auditor.SecretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
});
after(() => server.stop());

const read = (name, ...words) => run(path.join(READERS, name), words, { env, cwd: home });

test('m16 Cloudsplaining downloads an account and finds what is too wide', async () => {
  await read('cloudsplaining', 'download', '--output', home);
  await read('cloudsplaining', 'scan', '--input-file', path.join(home, 'default.json'), '--output', home, '--skip-open-report');
  const found = JSON.parse(fs.readFileSync(path.join(home, 'iam-results-default.json'), 'utf8'));
  assert.ok(Object.values(found.users).some((user) => user.name === 'reader'), Object.keys(found.users).join());
});

test('m16 Principal Mapper draws an account and finds its administrators', async () => {
  const { stdout } = await read('pmapper', 'graph', 'create', '--ignore-orgs', '--include-services', 'iam', 'sts');
  assert.match(stdout, /# of Nodes: +3 \(1 admins\)/);
  assert.doesNotMatch(stdout, /Traceback|Error/);
  const asked = await read('pmapper', '--account', account.AccountId, 'query', 'who can do iam:CreateUser');
  assert.match(asked.stdout, /user\/auditor IS authorized/);
});
