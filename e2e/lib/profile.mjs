// Says who calls by the profile of the environment alone: endpoint, region and credentials are the profile's.

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

console.log((await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn);
