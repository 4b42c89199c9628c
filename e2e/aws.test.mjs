// Programs call in: boto3 and the AWS CLI, unmodified.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startServer } from './lib/server.mjs';

const run = promisify(execFile);
const PYTHON = process.env.E2E_PYTHON ?? fileURLToPath(new URL('./.venv/bin/python3', import.meta.url));
const TOUR = fileURLToPath(new URL('./aws_tour.py', import.meta.url));

let server;
let admin;
let reader;
before(async () => {
  server = await startServer();
  admin = await server.host('account', 'create', '--name', 'Harbour Works', '--email', 'ana@example.com', '--admin-user', 'boss', '--access-key');
  reader = await server.host('user', 'create', '--account', admin.AccountId, '--name', 'reader', '--access', 'none', '--access-key', '--policy', 'arn:aws:iam::aws:policy/IAMReadOnlyAccess');
});
after(() => server.stop());

test('m16 boto3 goes through users, keys, policies, pages and refusals as with AWS', async () => {
  const keys = [admin, reader].flatMap((one) => [one.AccessKeyId, one.SecretAccessKey]);
  const { stdout } = await run(PYTHON, [TOUR, server.url, ...keys]);
  assert.equal(stdout, '');
});

test('m16 the AWS CLI works with nothing but an endpoint and a key', async () => {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: admin.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: admin.SecretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const aws = async (...words) => JSON.parse((await run('aws', ['--endpoint-url', server.url, '--output', 'json', ...words], { env })).stdout);
  const me = await aws('sts', 'get-caller-identity');
  assert.deepEqual([me.Account, me.Arn], [admin.AccountId, `arn:aws:iam::${admin.AccountId}:user/boss`]);
  const users = await aws('iam', 'list-users', '--max-items', '1');
  assert.equal(users.Users[0].UserName, 'boss');
  await assert.rejects(aws('iam', 'get-user', '--user-name', 'nobody'), /NoSuchEntity/);
});

test('a browser and a program share the port: pages stay pages, and a call without a signature is told what it lacks', async () => {
  const page = await fetch(`${server.url}/signin`);
  assert.match(page.headers.get('content-type'), /text\/html/);
  const bare = await fetch(server.url, { method: 'POST', body: new URLSearchParams({ Action: 'ListUsers', Version: '2010-05-08' }) });
  assert.equal(bare.status, 403);
  assert.match(await bare.text(), /<Code>MissingAuthenticationToken<\/Code>/);
  const large = await fetch(server.url, { method: 'POST', body: 'x'.repeat(200_000) }).catch(() => null);
  assert.ok(large === null || large.status === 413);
});
