// Programs call in: boto3, the SDKs for JavaScript and Rust, and the AWS CLI, unmodified.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import {
  AttachRolePolicyCommand, CreateRoleCommand, CreateUserCommand, DeleteRoleCommand, DeleteUserCommand, DetachRolePolicyCommand, GetUserCommand,
  IAMClient, paginateListUsers, waitUntilUserExists,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { browser, closeBrowser } from './lib/browser.mjs';
import { DAY } from './lib/clock.mjs';
import { PYTHON } from './lib/python.mjs';
import { codeMail, forgotPassword, kinds, setNew } from './lib/recovery.mjs';
import { folder, startServer } from './lib/server.mjs';
import { password, press, see, typeCode } from './lib/steps.mjs';

const run = promisify(execFile);
const SDK = fileURLToPath(new URL('../target/rust-sdk/debug/lockwright-rust-sdk', import.meta.url));
const TOUR = fileURLToPath(new URL('./aws_tour.py', import.meta.url));

let server;
let admin;
let reader;
before(async () => {
  server = await startServer({ clock: true, env: { LOCKWRIGHT_IDENTITY_PROVIDERS__LOCAL: 'true' } });
  admin = await server.host('account', 'create', '--name', 'Harbour Works', '--email', 'ana@example.com', '--admin-user', 'boss', '--access-key');
  reader = await server.host('user', 'create', '--account', admin.AccountId, '--name', 'reader', '--access', 'none', '--access-key', '--policy', 'arn:aws:iam::aws:policy/IAMReadOnlyAccess');
});
after(async () => {
  await closeBrowser();
  await server.stop();
});

/** The AWS CLI with a key, and the server’s clock; what it answers. */
function cli(key) {
  const env = {
    ...process.env,
    ...server.clock.env,
    AWS_ACCESS_KEY_ID: key.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: key.SecretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return async (...words) => JSON.parse((await run('aws', ['--endpoint-url', server.url, '--output', 'json', ...words], { env })).stdout || 'null');
}

test('m16 boto3 goes through the services as with AWS, and every answer fits botocore’s models', async () => {
  const keys = [admin, reader].flatMap((one) => [one.AccessKeyId, one.SecretAccessKey]);
  const { stdout } = await run(PYTHON, [TOUR, server.url, ...keys]);
  assert.equal(stdout, '');
});

test('m16 every paginator and waiter of boto3 walks what is offered: in pages of one it is the same as at once', async () => {
  const page = fs.readFileSync(fileURLToPath(new URL('../docs/reference/operations.md', import.meta.url)), 'utf8');
  const offered = [...page.split('\n## ')[1].matchAll(/^\| (\w+) \| offered \|$/gm)].map((row) => row[1]);
  const own = await server.host('account', 'create', '--name', 'Pier', '--email', 'pier@example.com', '--admin-user', 'boss', '--access-key');
  const script = fileURLToPath(new URL('./aws_pages.py', import.meta.url));
  const { stdout } = await run(PYTHON, [script, server.url, own.AccessKeyId, own.SecretAccessKey, offered.join()]);
  assert.ok(Number(stdout) >= 24, stdout);
});

test('m16 the SDK for JavaScript takes on a role, waits, pages and is refused as with AWS', async () => {
  const settings = { endpoint: server.url, region: 'us-east-1' };
  const keys = { accessKeyId: admin.AccessKeyId, secretAccessKey: admin.SecretAccessKey };
  const iam = new IAMClient({ ...settings, credentials: keys });
  const sts = new STSClient({ ...settings, credentials: keys });
  const { Account: account } = await sts.send(new GetCallerIdentityCommand({}));
  const trust = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' } };
  const name = 'from-javascript';
  const { Role: role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
  await iam.send(new CreateUserCommand({ UserName: name, Tags: [{ Key: 'team', Value: 'deck' }] }));
  const waited = await waitUntilUserExists({ client: iam, maxWaitTime: 10 }, { UserName: name });
  assert.equal(waited.state, 'SUCCESS');
  const users = [];
  for await (const page of paginateListUsers({ client: iam, pageSize: 2 }, {})) users.push(...page.Users.map((user) => user.UserName));
  assert.ok(users.includes(name) && new Set(users).size === users.length, users.join());
  const { Credentials: given } = await sts.send(new AssumeRoleCommand({ RoleArn: role.Arn, RoleSessionName: 'watch' }));
  const taken = { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken };
  const watch = new IAMClient({ ...settings, credentials: taken });
  await watch.send(new DeleteUserCommand({ UserName: name }));
  await assert.rejects(watch.send(new GetUserCommand({ UserName: name })), { name: 'NoSuchEntityException' });
  await iam.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }));
  await iam.send(new DeleteRoleCommand({ RoleName: name }));
  await assert.rejects(watch.send(new GetUserCommand({ UserName: 'boss' })), { name: 'InvalidClientTokenId' });
});

test('m16 the SDK for Rust makes, pages, takes on a role and is refused as with AWS: all it needs is in its environment', async () => {
  const env = {
    PATH: process.env.PATH,
    ...server.clock.env,
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: admin.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: admin.SecretAccessKey,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { stdout } = await run(SDK, [], { env });
  assert.equal(stdout.trim(), `arn:aws:iam::${admin.AccountId}:user/boss`);
});

test('m16 the AWS CLI works with nothing but an endpoint and a key', async () => {
  const aws = cli(admin);
  const me = await aws('sts', 'get-caller-identity');
  assert.deepEqual([me.Account, me.Arn], [admin.AccountId, `arn:aws:iam::${admin.AccountId}:user/boss`]);
  const users = await aws('iam', 'list-users', '--max-items', '1');
  assert.equal(users.Users[0].UserName, 'boss');
  await assert.rejects(aws('iam', 'get-user', '--user-name', 'nobody'), /NoSuchEntity/);
});

test('m16 the printed profile is all that the AWS CLI, boto3 and the SDK for JavaScript need: no secret lies in a file', async () => {
  const home = folder();
  const file = path.join(home, 'config');
  const shown = await server.host('aws-config', '--account', admin.AccountId, '--user', 'boss', '--region', 'eu-central-1');
  fs.writeFileSync(file, `${shown.Config}\n`);
  const env = { PATH: process.env.PATH, ...server.clock.env, HOME: home, AWS_CONFIG_FILE: file, AWS_PROFILE: 'lockwright', AWS_EC2_METADATA_DISABLED: 'true' };
  const arn = `arn:aws:iam::${admin.AccountId}:user/boss`;
  // boto3: who it is, and IAM too.
  const script = `import boto3
session = boto3.Session()
print(session.client("sts").get_caller_identity()["Arn"], session.client("iam").get_user()["User"]["UserName"], session.region_name)`;
  assert.equal((await run(PYTHON, ['-c', script], { env })).stdout.trim(), `${arn} boss eu-central-1`);
  // The CLI; one from before 2.13 (1.29) doesn't read the endpoint from the profile.
  const [, major, minor] = /aws-cli\/(\d+)\.(\d+)/.exec((await run('aws', ['--version'], { env })).stdout);
  const old = Number(minor) < (major === '1' ? 29 : 13) ? ['--endpoint-url', server.url] : [];
  const me = JSON.parse((await run('aws', [...old, '--output', 'json', 'sts', 'get-caller-identity'], { env })).stdout);
  assert.equal(me.Arn, arn);
  const sdk = fileURLToPath(new URL('./lib/profile.mjs', import.meta.url));
  assert.equal((await run(process.execPath, [sdk], { env })).stdout.trim(), arn);
  // A role is taken on by AWS's own settings, and its trust decides.
  const iam = new IAMClient({ endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: admin.AccessKeyId, secretAccessKey: admin.SecretAccessKey } });
  const trust = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' } };
  const { Role: role } = await iam.send(new CreateRoleCommand({ RoleName: 'deck', AssumeRolePolicyDocument: JSON.stringify(trust) }));
  fs.appendFileSync(file, `\n[profile deck]\nrole_arn = ${role.Arn}\nsource_profile = lockwright\nendpoint_url = ${shown.EndpointUrl}\nregion = eu-central-1\n`);
  const taken = await run(PYTHON, ['-c', 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])'], { env: { ...env, AWS_PROFILE: 'deck' } });
  assert.match(taken.stdout, /:assumed-role\/deck\//);
  await iam.send(new DeleteRoleCommand({ RoleName: 'deck' }));
  // Ended with the user’s sessions: the next credentials are new ones.
  await server.host('session', 'end', '--account', admin.AccountId, '--user', 'boss');
  assert.equal((await run(process.execPath, [sdk], { env })).stdout.trim(), arn);
});

test('a recovery lets a program go on, tells that its key still works, and leaves it to the owner', async (t) => {
  const what = kinds(server).iam;
  const person = await what.make();
  const robot = await server.host('user', 'create', '--account', person.account, '--name', 'robot', '--access', 'none', '--access-key', '--policy', 'arn:aws:iam::aws:policy/AdministratorAccess');
  const boss = cli(robot);
  const { AccessKey: key } = await boss('iam', 'create-access-key', '--user-name', person.name);
  await boss('iam', 'attach-user-policy', '--user-name', person.name, '--policy-arn', 'arn:aws:iam::aws:policy/AdministratorAccess');
  const program = cli(key);
  // An address serves a recovery once it is seven days old.
  server.clock.pass(8 * DAY);

  const page = await browser(t, server);
  await forgotPassword(page, 'iam', person);
  await typeCode(page, (await server.mailbox.take(person.email, codeMail('iam'))).code);
  const fresh = { ...person, secret: password() };
  await setNew(page, fresh.secret);
  await server.mailbox.take(person.email, /Access keys from before your recovery still work/);
  assert.equal((await program('sts', 'get-caller-identity')).Account, person.account);

  await what.enter(page, fresh);
  await page.goto('/security');
  await page.getByText('Look at it', { exact: true }).waitFor();
  await press(page, `It’s known: ${key.AccessKeyId}`);
  await see(page, 'Security');
  assert.equal(await page.getByText('Look at it', { exact: true }).count(), 0);
  await press(page, `Deactivate: ${key.AccessKeyId}`);
  await page.getByText('Inactive', { exact: true }).waitFor();
  await assert.rejects(program('sts', 'get-caller-identity'), /InvalidClientTokenId/);
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
