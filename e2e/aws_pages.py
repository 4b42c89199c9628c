"""Every paginator and waiter of boto3's IAM: arguments are the endpoint, an administrator's access key, and the operations that are offered.

In pages of one an account says the same as at once. What is not offered yet is left out, and comes in by itself. Prints how many were walked.
"""

import json
import sys

import aws_shapes
import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

ENDPOINT, KEY, SECRET, OFFERED = sys.argv[1:]
OFFERED = set(OFFERED.split(","))
iam = aws_shapes.watch(boto3.client(
    "iam", endpoint_url=ENDPOINT, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
))
account = boto3.client(
    "sts", endpoint_url=ENDPOINT, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
).get_caller_identity()["Account"]
THREE = ("one", "three", "two")
TAGS = [{"Key": name, "Value": name} for name in THREE]
document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}})
trust = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}})

# Three of everything that can be had three times.
policies = [iam.create_policy(PolicyName=f"pages-{name}", PolicyDocument=document, Tags=TAGS)["Policy"]["Arn"] for name in THREE]
for _ in range(2):
    iam.create_policy_version(PolicyArn=policies[0], PolicyDocument=document)
for name in THREE:
    iam.create_user(UserName=f"pages-{name}", Tags=TAGS)
    iam.create_group(GroupName=f"pages-{name}")
    iam.create_role(RoleName=f"pages-{name}", AssumeRolePolicyDocument=trust, Tags=TAGS)
for name in THREE:
    iam.add_user_to_group(GroupName="pages-one", UserName=f"pages-{name}")
    iam.put_user_policy(UserName="pages-one", PolicyName=name, PolicyDocument=document)
    iam.put_group_policy(GroupName="pages-one", PolicyName=name, PolicyDocument=document)
    iam.put_role_policy(RoleName="pages-one", PolicyName=name, PolicyDocument=document)
    if name != "one":
        iam.add_user_to_group(GroupName=f"pages-{name}", UserName="pages-one")
for arn in policies:
    iam.attach_user_policy(UserName="pages-one", PolicyArn=arn)
    iam.attach_group_policy(GroupName="pages-one", PolicyArn=arn)
    iam.attach_role_policy(RoleName="pages-one", PolicyArn=arn)
iam.attach_user_policy(UserName="pages-two", PolicyArn=policies[0])
if "AddRoleToInstanceProfile" in OFFERED:
    for name in THREE:
        iam.create_instance_profile(InstanceProfileName=f"pages-{name}", Tags=TAGS)
        iam.add_role_to_instance_profile(InstanceProfileName=f"pages-{name}", RoleName="pages-one")
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="pages-one")
iam.get_waiter("user_exists").wait(UserName="pages-one")
iam.get_waiter("role_exists").wait(RoleName="pages-one")
iam.get_waiter("policy_exists").wait(PolicyArn=policies[0])

NAMES = {
    "UserName": "pages-one", "GroupName": "pages-one", "RoleName": "pages-one", "InstanceProfileName": "pages-one", "PolicyArn": policies[0],
    "PolicyInputList": [document], "ActionNames": ["iam:GetUser", "iam:GetGroup", "iam:GetRole"],
    "PolicySourceArn": f"arn:aws:iam::{account}:user/pages-one",
}
# Here there are none of these: each is asked for one that is not there.
NONE = {
    "SerialNumber": f"arn:aws:iam::{account}:mfa/AAAAAAAAAAAAAAAA",
    "OpenIDConnectProviderArn": f"arn:aws:iam::{account}:oidc-provider/none.example.com",
    "SAMLProviderArn": f"arn:aws:iam::{account}:saml-provider/none",
    "ServerCertificateName": "none",
}
# At most so many exist of these in this account.
FEW = {
    "ListAccessKeys", "ListAccountAliases", "ListMFADevices", "ListVirtualMFADevices", "ListSSHPublicKeys", "ListServerCertificates",
    "ListSigningCertificates",
}

walked = 0
for operation in iam.meta.service_model.operation_names:
    if operation not in OFFERED or not iam.can_paginate(xform_name(operation)):
        continue
    walked += 1
    required = iam.meta.service_model.operation_model(operation).input_shape.required_members
    arguments = {name: NAMES.get(name) or NONE[name] for name in required}
    paginator = iam.get_paginator(xform_name(operation))
    if any(name in NONE for name in required):
        try:
            paginator.paginate(**arguments).build_full_result()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchEntity", (operation, error)
        continue
    at_once = paginator.paginate(**arguments, PaginationConfig={"PageSize": 1000}).build_full_result()
    by_one = list(paginator.paginate(**arguments, PaginationConfig={"PageSize": 1}))
    in_pages = paginator.paginate(**arguments, PaginationConfig={"PageSize": 1}).build_full_result()
    assert operation in FEW or len(by_one) >= 3, (operation, len(by_one))
    for key in paginator.result_keys:
        one, other = (json.dumps(key.search(result), default=str, sort_keys=True) for result in (in_pages, at_once))
        assert one == other, (operation, key.expression, one, other)
print(walked)
