"""A tour with boto3, unmodified: arguments are the endpoint, and the access key of an administrator and of a user with IAMReadOnlyAccess.

Every answer is held against botocore's models on the way. Prints nothing when all is as AWS has it; ends with an assertion otherwise.
"""

import base64
import csv
import hmac
import io
import json
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

import aws_shapes
import boto3
from aws_issuer import Issuer
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

SSH_KEY = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCjWki364FlwsB4vVQQbOr61xjp4fokrmTurY45tyNC8q7NCpXAJukRjbTXsXlIwS+LX8HnlRGjBsj5OQao"
    "s0hWFqbepDJQDjIKGBlnNNLb/sJLLSroTUwZpHwZSQFSSBY3tZjxIcbIvv9GJkIefynqZkTzNoVHKaZ6xXdW9+Ml2yjeoCxvkg8if1F/DM17cX/0cq5JkXjq"
    "Gtg5bNHByyD5jV8KUsUc+EmmgyBW/2JZlJ0bq4DB0d1/WbExxuEtljJncUKAkVND/HipYPYCU9nEPjfPhXUm1MVWCXiwL0449b/tO9PYtT6CyARLSdhdRIh4"
    "Nfxa2l5+PkqHAiVEfXp1"
)
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBeDCCAR+gAwIBAgIUMIY8aIihLZTGOsjO1KWjJBvbgwAwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGY2FybGExMCAXDTIwMDEwMTAwMDAwMVoYDzIxMTkxMjA4MDAw
MDAxWjARMQ8wDQYDVQQDDAZjYXJsYTEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAShaiUAU4mvy2aEATPPHpOrZH6yRmLxbZ1CnYdY1yBrofdBTfadfM7Lgq0Yfkrn
6i3P2Ujw1PcxpC9KCmovRqFlo1MwUTAdBgNVHQ4EFgQUx5n+dd36ClBJht8V3Cft
o9d/wqkwHwYDVR0jBBgwFoAUx5n+dd36ClBJht8V3Cfto9d/wqkwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBs9d9chQKTQUPaigN6w8tUp01nxSE0
gqFTK3fkJjE01gIgW0FY+8RlueNFwwrO8E++YXvBo2fRlgafewVrTLvwIt0=
-----END CERTIFICATE-----
"""

ENDPOINT, ADMIN, ADMIN_SECRET, READER, READER_SECRET = sys.argv[1:]


def client(service, key, secret, region="eu-central-1"):
    return aws_shapes.watch(boto3.client(
        service, endpoint_url=ENDPOINT, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}),
    ))


def refused(code, status, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = (error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
        assert found == (code, status), (found, error)
        return error.response["Error"]["Message"]
    raise AssertionError(f"{call} was not refused with {code}")


iam, sts = client("iam", ADMIN, ADMIN_SECRET), client("sts", ADMIN, ADMIN_SECRET)

# Who calls.
me = sts.get_caller_identity()
account = me["Account"]
assert me["Arn"] == f"arn:aws:iam::{account}:user/boss" and me["UserId"].startswith("AIDA"), me
assert sts.get_access_key_info(AccessKeyId=ADMIN)["Account"] == account
url = sts.generate_presigned_url("get_caller_identity", HttpMethod="GET")
assert account.encode() in urllib.request.urlopen(url).read()

# Signatures that do not hold.
refused("SignatureDoesNotMatch", 403, client("iam", ADMIN, "x" * 40).list_users)
refused("InvalidClientTokenId", 403, client("iam", "AKIAQAAAAAAAAAAAAAAA", ADMIN_SECRET).list_users)

# Users, their paths and their pages.
made = iam.create_user(UserName="dora", Path="/team/")["User"]
assert made["Arn"] == f"arn:aws:iam::{account}:user/team/dora" and made["Path"] == "/team/", made
for number in range(7):
    iam.create_user(UserName=f"user{number}")
pages = list(iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 3}))
names = [user["UserName"] for page in pages for user in page["Users"]]
assert names == sorted(names) and len(names) == len(set(names)) == 10 and len(pages) == 4, (names, len(pages))
assert [user["UserName"] for user in iam.list_users(PathPrefix="/team/")["Users"]] == ["dora"]
marker = pages[0]["Marker"]
refused("ValidationError", 400, iam.list_users, Marker=marker, PathPrefix="/team/")
refused("ValidationError", 400, iam.list_users, Marker=marker[:-2] + "xx")
refused("ValidationError", 400, iam.list_users, MaxItems=1001)
refused("EntityAlreadyExists", 409, iam.create_user, UserName="DORA")
refused("NoSuchEntity", 404, iam.get_user, UserName="nobody")
refused("ValidationError", 400, iam.create_user, UserName="not a name")
iam.get_waiter("user_exists").wait(UserName="dora")

# Access keys: two, shown once, switched off and on.
key = iam.create_access_key(UserName="dora")["AccessKey"]
assert len(key["SecretAccessKey"]) == 40 and key["Status"] == "Active"
iam.create_access_key(UserName="dora")
refused("LimitExceeded", 409, iam.create_access_key, UserName="dora")
dora = client("iam", key["AccessKeyId"], key["SecretAccessKey"])
doras = client("sts", key["AccessKeyId"], key["SecretAccessKey"])
assert doras.get_caller_identity()["Arn"] == made["Arn"]
iam.update_access_key(UserName="dora", AccessKeyId=key["AccessKeyId"], Status="Inactive")
refused("InvalidClientTokenId", 403, doras.get_caller_identity)
iam.update_access_key(UserName="dora", AccessKeyId=key["AccessKeyId"], Status="Active")
assert {each["Status"] for each in iam.list_access_keys(UserName="dora")["AccessKeyMetadata"]} == {"Active"}

# Nothing without a policy; exactly what it says with one; a deny before all.
said = refused("AccessDenied", 403, dora.list_users)
assert made["Arn"] in said and "iam:ListUsers" in said, said
may = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["iam:ListUsers", "iam:*AccessKey*"], "Resource": "*"}}
iam.put_user_policy(UserName="dora", PolicyName="may", PolicyDocument=json.dumps(may))
assert len(dora.list_users()["Users"]) == 10
refused("AccessDenied", 403, dora.create_user, UserName="eve")
assert iam.get_user_policy(UserName="dora", PolicyName="may")["PolicyDocument"] == may
may["Statement"] = [may["Statement"], {"Effect": "Deny", "Action": "iam:List*", "Resource": "*"}]
iam.put_user_policy(UserName="dora", PolicyName="may", PolicyDocument=json.dumps(may))
refused("AccessDenied", 403, dora.list_users)
assert iam.list_user_policies(UserName="dora")["PolicyNames"] == ["may"]
refused("MalformedPolicyDocument", 400, iam.put_user_policy, UserName="dora", PolicyName="bad", PolicyDocument="{}")
last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
assert last["UserName"] == "dora" and last["AccessKeyLastUsed"]["Region"] == "eu-central-1", last

# Policies managed by AWS.
reader = client("iam", READER, READER_SECRET)
assert [policy["PolicyName"] for policy in reader.list_attached_user_policies(UserName="reader")["AttachedPolicies"]] == ["IAMReadOnlyAccess"]
refused("AccessDenied", 403, reader.create_user, UserName="eve")
refused("NoSuchEntity", 404, iam.attach_user_policy, UserName="reader", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")
change = "arn:aws:iam::aws:policy/IAMUserChangePassword"
iam.attach_user_policy(UserName="reader", PolicyArn=change)
iam.detach_user_policy(UserName="reader", PolicyArn=change)
refused("NoSuchEntity", 404, iam.detach_user_policy, UserName="reader", PolicyArn=change)
policy = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")["Policy"]
document = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]["Document"]
assert document["Statement"][0]["Action"] == "*", document

# Groups: what a group may, its members may, while they are in it.
made = iam.create_group(GroupName="crew", Path="/deck/")["Group"]
assert made["Arn"] == f"arn:aws:iam::{account}:group/deck/crew" and made["GroupId"].startswith("AGPA"), made
refused("EntityAlreadyExists", 409, iam.create_group, GroupName="CREW")
keys = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListAccessKeys", "Resource": "*"}}
iam.put_user_policy(UserName="dora", PolicyName="may", PolicyDocument=json.dumps(keys))
refused("AccessDenied", 403, dora.get_group, GroupName="crew")
iam.put_group_policy(
    GroupName="crew", PolicyName="look",
    PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetGroup", "Resource": made["Arn"]}}),
)
for name in ("dora", "user0", "user1"):
    iam.add_user_to_group(GroupName="crew", UserName=name)
pages = list(iam.get_paginator("get_group").paginate(GroupName="crew", PaginationConfig={"PageSize": 1}))
assert sorted(user["UserName"] for page in pages for user in page["Users"]) == ["dora", "user0", "user1"] and len(pages) == 3, pages
assert len(dora.get_group(GroupName="crew")["Users"]) == 3
iam.update_group(GroupName="crew", NewGroupName="Crew")
names = [group["GroupName"] for page in iam.get_paginator("list_groups_for_user").paginate(UserName="dora") for group in page["Groups"]]
assert names == ["Crew"], names
assert [group["Path"] for group in iam.list_groups(PathPrefix="/deck/")["Groups"]] == ["/deck/"]
refused("DeleteConflict", 409, iam.delete_group, GroupName="crew")
iam.remove_user_from_group(GroupName="crew", UserName="dora")
refused("AccessDenied", 403, dora.get_group, GroupName="crew")

# Policies of the account's own: versions, one of them in force, held by whom.
look = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}
own = iam.create_policy(
    PolicyName="look", Path="/deck/", PolicyDocument=json.dumps(look), Description="May look", Tags=[{"Key": "team", "Value": "deck"}],
)["Policy"]
iam.get_waiter("policy_exists").wait(PolicyArn=own["Arn"])
iam.attach_user_policy(UserName="dora", PolicyArn=own["Arn"])
iam.attach_group_policy(GroupName="crew", PolicyArn=own["Arn"])
assert dora.list_users()["Users"]
look["Statement"]["Effect"] = "Deny"
second = iam.create_policy_version(PolicyArn=own["Arn"], PolicyDocument=json.dumps(look), SetAsDefault=True)["PolicyVersion"]
assert second["VersionId"] == "v2" and second["IsDefaultVersion"], second
refused("AccessDenied", 403, dora.list_users)
iam.set_default_policy_version(PolicyArn=own["Arn"], VersionId="v1")
assert dora.list_users()["Users"]
seen = iam.get_policy(PolicyArn=own["Arn"])["Policy"]
assert (seen["AttachmentCount"], seen["Description"], seen["Tags"]) == (2, "May look", [{"Key": "team", "Value": "deck"}]), seen
assert iam.get_policy_version(PolicyArn=own["Arn"], VersionId="v2")["PolicyVersion"]["Document"] == look
versions = [version for page in iam.get_paginator("list_policy_versions").paginate(PolicyArn=own["Arn"]) for version in page["Versions"]]
assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [("v2", False), ("v1", True)], versions
held = iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=own["Arn"], PaginationConfig={"PageSize": 1}).build_full_result()
assert [group["GroupName"] for group in held["PolicyGroups"]] == ["Crew"] and [user["UserName"] for user in held["PolicyUsers"]] == ["dora"], held
everywhere = iam.get_paginator("list_policies").paginate(OnlyAttached=True, PaginationConfig={"PageSize": 1}).build_full_result()["Policies"]
assert {"look", "IAMReadOnlyAccess"} <= {policy["PolicyName"] for policy in everywhere}, everywhere
assert [policy["Arn"] for policy in iam.list_policies(Scope="Local")["Policies"]] == [own["Arn"]]
iam.tag_policy(PolicyArn=own["Arn"], Tags=[{"Key": "cost", "Value": ""}])
iam.untag_policy(PolicyArn=own["Arn"], TagKeys=["team"])
assert iam.get_paginator("list_policy_tags").paginate(PolicyArn=own["Arn"]).build_full_result()["Tags"] == [{"Key": "cost", "Value": ""}]
refused("AccessDenied", 403, iam.delete_policy, PolicyArn=change)
refused("DeleteConflict", 409, iam.delete_policy_version, PolicyArn=own["Arn"], VersionId="v1")
refused("MalformedPolicyDocument", 400, iam.create_policy, PolicyName="bad", PolicyDocument="{}")

# The account as a whole.
numbers = iam.get_account_summary()["SummaryMap"]
assert (numbers["Groups"], numbers["Policies"], numbers["PolicyVersionsInUse"], numbers["GroupsPerUserQuota"]) == (1, 1, 2, 10), numbers
whole = iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3}).build_full_result()
details = {user["UserName"]: user for user in whole["UserDetailList"]}
assert len(details) == numbers["Users"] and details["user0"]["GroupList"] == ["Crew"], details
assert details["dora"]["AttachedManagedPolicies"] == [{"PolicyName": "look", "PolicyArn": own["Arn"]}], details["dora"]
assert whole["GroupDetailList"][0]["GroupPolicyList"][0]["PolicyDocument"]["Statement"]["Action"] == "iam:GetGroup", whole["GroupDetailList"]
assert [len(policy["PolicyVersionList"]) for policy in whole["Policies"] if policy["Arn"] == own["Arn"]] == [2], whole["Policies"]

# They go when nothing is held any more.
iam.detach_user_policy(UserName="dora", PolicyArn=own["Arn"])
refused("DeleteConflict", 409, iam.delete_policy, PolicyArn=own["Arn"])
iam.detach_group_policy(GroupName="crew", PolicyArn=own["Arn"])
iam.delete_policy_version(PolicyArn=own["Arn"], VersionId="v2")
iam.delete_policy(PolicyArn=own["Arn"])
refused("NoSuchEntity", 404, iam.get_policy, PolicyArn=own["Arn"])
iam.delete_group_policy(GroupName="crew", PolicyName="look")
for name in ("user0", "user1"):
    iam.remove_user_from_group(GroupName="crew", UserName=name)
iam.delete_group(GroupName="crew")
refused("NoSuchEntity", 404, iam.get_group, GroupName="crew")

# The alias, and what is not offered.
iam.create_account_alias(AccountAlias="harbour-works")
assert iam.list_account_aliases()["AccountAliases"] == ["harbour-works"]
iam.delete_account_alias(AccountAlias="harbour-works")
refused("InvalidAction", 400, iam.list_saml_providers)

# Passwords: given, changed with the old one, taken away; and the account's rules for them.
refused("NoSuchEntity", 404, iam.get_account_password_policy)
iam.update_account_password_policy(MinimumPasswordLength=14, AllowUsersToChangePassword=True)
rules = iam.get_account_password_policy()["PasswordPolicy"]
assert rules["MinimumPasswordLength"] == 14 and not rules["ExpirePasswords"] and "MaxPasswordAge" not in rules, rules
refused("NoSuchEntity", 404, iam.get_login_profile, UserName="dora")
refused("PasswordPolicyViolation", 400, iam.create_login_profile, UserName="dora", Password="Lantern-4")
given = iam.create_login_profile(UserName="dora", Password="Quarry-lantern-4-orchard", PasswordResetRequired=True)["LoginProfile"]
assert given["UserName"] == "dora" and given["PasswordResetRequired"], given
refused("EntityAlreadyExists", 409, iam.create_login_profile, UserName="dora", Password="Quarry-lantern-4-orchard")
said = refused("AccessDenied", 403, dora.change_password, OldPassword="Not-this-one-9-lantern", NewPassword="Harbour-violin-7-meadow")
assert "Not-this" not in said, said
dora.change_password(OldPassword="Quarry-lantern-4-orchard", NewPassword="Harbour-violin-7-meadow")
assert not iam.get_login_profile(UserName="dora")["LoginProfile"]["PasswordResetRequired"]
iam.update_login_profile(UserName="dora", PasswordResetRequired=True)
assert iam.get_login_profile(UserName="dora")["LoginProfile"]["PasswordResetRequired"]
iam.delete_login_profile(UserName="dora")
iam.delete_account_password_policy()

# MFA devices: made with a picture, enabled by two codes, set right, tagged, deactivated and deleted.
assert iam.list_mfa_devices(UserName="dora")["MFADevices"] == [] == iam.list_virtual_mfa_devices(AssignmentStatus="Any")["VirtualMFADevices"]
none = f"arn:aws:iam::{account}:mfa/AAAAAAAAAAAAAAAA"
refused("NoSuchEntity", 404, iam.get_mfa_device, UserName="dora", SerialNumber=none)
refused("NoSuchEntity", 404, iam.deactivate_mfa_device, UserName="dora", SerialNumber=none)


def codes(seed, later=0):
    """Two consecutive codes of a seed (RFC 6238), the second of the present half minute or so many later."""
    def code(step):
        digest = hmac.digest(base64.b32decode(seed), struct.pack(">Q", step), "sha1")
        return f"{(struct.unpack_from('>I', digest, digest[-1] & 15)[0] & 0x7FFFFFFF) % 1_000_000:06}"
    step = int(time.time()) // 30 + later
    return {"AuthenticationCode1": code(step - 1), "AuthenticationCode2": code(step)}


phone = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/deck/", Tags=[{"Key": "team", "Value": "deck"}])["VirtualMFADevice"]
serial, seed = phone["SerialNumber"], phone["Base32StringSeed"]
assert serial == f"arn:aws:iam::{account}:mfa/deck/phone" and phone["QRCodePNG"].startswith(b"\x89PNG\r\n"), phone
refused("EntityAlreadyExists", 409, iam.create_virtual_mfa_device, VirtualMFADeviceName="Phone", Path="/deck/")
assert [each["SerialNumber"] for each in iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]] == [serial]
wrong = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
refused("InvalidAuthenticationCode", 403, iam.enable_mfa_device, UserName="dora", SerialNumber=serial, **wrong)
refused("NoSuchEntity", 404, iam.resync_mfa_device, UserName="dora", SerialNumber=serial, **wrong)
iam.enable_mfa_device(UserName="dora", SerialNumber=serial, **codes(seed))
refused("EntityAlreadyExists", 409, iam.enable_mfa_device, UserName="dora", SerialNumber=serial, **codes(seed))
refused("EntityAlreadyExists", 409, iam.enable_mfa_device, UserName="boss", SerialNumber=serial, **codes(seed))
refused("InvalidAuthenticationCode", 403, iam.resync_mfa_device, UserName="dora", SerialNumber=serial, **wrong)
iam.resync_mfa_device(UserName="dora", SerialNumber=serial, **codes(seed, later=4))
[assigned] = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
assert assigned["User"]["UserName"] == "dora" and assigned["EnableDate"] and "Base32StringSeed" not in assigned, assigned
assert iam.list_mfa_devices(UserName="dora")["MFADevices"][0]["SerialNumber"] == serial
assert iam.get_account_summary()["SummaryMap"]["MFADevicesInUse"] == 1
iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "Team", "Value": "pier"}, {"Key": "floor", "Value": "2"}])
iam.untag_mfa_device(SerialNumber=serial, TagKeys=["FLOOR"])
assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "Team", "Value": "pier"}]
refused("DeleteConflict", 409, iam.delete_virtual_mfa_device, SerialNumber=serial)
refused("DeleteConflict", 409, iam.delete_user, UserName="dora")
iam.deactivate_mfa_device(UserName="dora", SerialNumber=serial)
iam.delete_virtual_mfa_device(SerialNumber=serial)
refused("NoSuchEntity", 404, iam.delete_virtual_mfa_device, SerialNumber=serial)

# SSH public keys.
uploaded = iam.upload_ssh_public_key(UserName="dora", SSHPublicKeyBody=f"{SSH_KEY} dora@example.com")["SSHPublicKey"]
key = {"UserName": "dora", "SSHPublicKeyId": uploaded["SSHPublicKeyId"]}
assert uploaded["SSHPublicKeyId"].startswith("APKA") and uploaded["Fingerprint"].count(":") == 15, uploaded
assert iam.get_ssh_public_key(Encoding="SSH", **key)["SSHPublicKey"]["SSHPublicKeyBody"] == SSH_KEY
pem = iam.get_ssh_public_key(Encoding="PEM", **key)["SSHPublicKey"]["SSHPublicKeyBody"]
assert pem.startswith("-----BEGIN PUBLIC KEY-----\n"), pem
refused("DuplicateSSHPublicKey", 400, iam.upload_ssh_public_key, UserName="dora", SSHPublicKeyBody=pem)
refused("UnrecognizedPublicKeyEncoding", 400, iam.upload_ssh_public_key, UserName="dora", SSHPublicKeyBody="no key")
iam.update_ssh_public_key(Status="Inactive", **key)
refused("InvalidInput", 400, iam.update_ssh_public_key, Status="Expired", **key)
[listed] = [each for page in iam.get_paginator("list_ssh_public_keys").paginate(UserName="dora") for each in page["SSHPublicKeys"]]
assert listed["Status"] == "Inactive" and listed["SSHPublicKeyId"] == key["SSHPublicKeyId"], listed
iam.delete_ssh_public_key(**key)
refused("NoSuchEntity", 404, iam.get_ssh_public_key, Encoding="SSH", **key)

# Signing certificates.
certificate = iam.upload_signing_certificate(UserName="dora", CertificateBody=CERTIFICATE)["Certificate"]
assert certificate["CertificateId"] == "U5KUGKDUDZWY5PRHBP6Y6QVHTFEXQLEH" and certificate["Status"] == "Active", certificate
assert iam.upload_signing_certificate(UserName="dora", CertificateBody=CERTIFICATE)["Certificate"] == certificate
refused("DuplicateCertificate", 409, iam.upload_signing_certificate, CertificateBody=CERTIFICATE)
refused("MalformedCertificate", 400, iam.upload_signing_certificate, CertificateBody="no certificate")
iam.update_signing_certificate(UserName="dora", CertificateId=certificate["CertificateId"], Status="Inactive")
[listed] = [each for page in iam.get_paginator("list_signing_certificates").paginate(UserName="dora") for each in page["Certificates"]]
assert listed["Status"] == "Inactive" and listed["CertificateBody"] == CERTIFICATE, listed
iam.delete_signing_certificate(UserName="dora", CertificateId=certificate["CertificateId"])

# Service-specific credentials.
git = iam.create_service_specific_credential(UserName="dora", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
assert git["ServiceUserName"] == f"dora-at-{account}" and len(git["ServicePassword"]) == 60 and "ExpirationDate" not in git, git
api = iam.create_service_specific_credential(UserName="dora", ServiceName="bedrock.amazonaws.com", CredentialAgeDays=30)["ServiceSpecificCredential"]
assert api["ServiceCredentialSecret"].startswith("ABSK") and (api["ExpirationDate"] - api["CreateDate"]).days == 30, api
refused("NoSuchEntity", 404, iam.create_service_specific_credential, UserName="dora", ServiceName="sqs.amazonaws.com")
iam.create_service_specific_credential(UserName="dora", ServiceName="codecommit.amazonaws.com")
refused("LimitExceeded", 409, iam.create_service_specific_credential, UserName="dora", ServiceName="codecommit.amazonaws.com")
one = {"UserName": "dora", "ServiceSpecificCredentialId": git["ServiceSpecificCredentialId"]}
reset = iam.reset_service_specific_credential(**one)["ServiceSpecificCredential"]
assert reset["ServicePassword"] != git["ServicePassword"] and reset["ServiceUserName"] == git["ServiceUserName"], "not reset"
iam.update_service_specific_credential(Status="Inactive", **one)
refused("InvalidInput", 400, iam.update_service_specific_credential, Status="Expired", **one)
listed = iam.list_service_specific_credentials(UserName="dora", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredentials"]
assert {each["Status"] for each in listed} == {"Active", "Inactive"} and not any("ServicePassword" in each for each in listed), listed
first = iam.list_service_specific_credentials(AllUsers=True, MaxItems=1)
rest = iam.list_service_specific_credentials(AllUsers=True, Marker=first["Marker"])
assert len(first["ServiceSpecificCredentials"] + rest["ServiceSpecificCredentials"]) == 3 and not rest["IsTruncated"], rest
refused("InvalidInput", 400, iam.list_service_specific_credentials, AllUsers=True, UserName="dora")
refused("DeleteConflict", 409, iam.delete_user, UserName="dora")
for each in iam.list_service_specific_credentials(UserName="dora")["ServiceSpecificCredentials"]:
    iam.delete_service_specific_credential(UserName="dora", ServiceSpecificCredentialId=each["ServiceSpecificCredentialId"])
refused("NoSuchEntity", 404, iam.delete_service_specific_credential, **one)

# A user goes only when nothing hangs on it.
refused("DeleteConflict", 409, iam.delete_user, UserName="dora")
for each in iam.list_access_keys(UserName="dora")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="dora", AccessKeyId=each["AccessKeyId"])
refused("DeleteConflict", 409, iam.delete_user, UserName="dora")
iam.delete_user_policy(UserName="dora", PolicyName="may")
iam.delete_user(UserName="dora")
refused("NoSuchEntity", 404, iam.get_user, UserName="dora")

# Temporary credentials: a user's own, and of somebody the user vouches for.
def holding(service, given):
    return aws_shapes.watch(boto3.client(
        service, endpoint_url=ENDPOINT, region_name="eu-central-1", aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"], aws_session_token=given["SessionToken"],
        config=Config(retries={"max_attempts": 1}),
    ))


own = sts.get_session_token(DurationSeconds=900)["Credentials"]
assert holding("sts", own).get_caller_identity()["Arn"] == me["Arn"]
refused("InvalidClientTokenId", 403, holding("iam", own).list_users)
every = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
guest = sts.get_federation_token(Name="guest", Policy=every)
assert guest["FederatedUser"]["Arn"] == f"arn:aws:sts::{account}:federated-user/guest", guest
assert holding("sts", guest["Credentials"]).get_caller_identity()["Arn"] == guest["FederatedUser"]["Arn"]
refused("AccessDenied", 403, holding("sts", guest["Credentials"]).get_session_token)

# The simulator, and the trail.
tried = iam.simulate_principal_policy(PolicySourceArn=me["Arn"], ActionNames=["iam:CreateUser", "s3:GetObject"])["EvaluationResults"]
assert [each["EvalDecision"] for each in tried] == ["allowed", "allowed"], tried
paginator = iam.get_paginator("simulate_custom_policy").paginate(
    PolicyInputList=[every], ActionNames=["iam:CreateUser", "s3:GetObject", "sts:AssumeRole"], PaginationConfig={"PageSize": 2})
assert len([each for page in paginator for each in page["EvaluationResults"]]) == 3
trail = client("cloudtrail", ADMIN, ADMIN_SECRET)
attributes = [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
found = [event for page in trail.get_paginator("lookup_events").paginate(LookupAttributes=attributes, PaginationConfig={"PageSize": 3})
         for event in page["Events"]]
# Ten were made, and two were refused.
assert len(found) == 12 and {event["EventName"] for event in found} == {"CreateUser"}, len(found)
refused("AccessDeniedException", 400, client("cloudtrail", READER, READER_SECRET).lookup_events)

# Roles: whom they trust, taken on, bounded, and gone.
trust = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": ["sts:AssumeRole", "sts:TagSession"]}})
crew = iam.create_role(RoleName="crew", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200, Tags=[{"Key": "team", "Value": "deck"}])["Role"]
assert crew["AssumeRolePolicyDocument"]["Statement"]["Principal"] == {"AWS": account} and crew["RoleId"].startswith("AROA"), crew
iam.get_waiter("role_exists").wait(RoleName="crew")
iam.attach_role_policy(RoleName="crew", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
taken = sts.assume_role(RoleArn=crew["Arn"], RoleSessionName="watch", Tags=[{"Key": "shift", "Value": "night"}], DurationSeconds=7200)
assert taken["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/crew/watch", taken
watch = holding("iam", taken["Credentials"])
assert holding("sts", taken["Credentials"]).get_caller_identity()["Arn"] == taken["AssumedRoleUser"]["Arn"]
assert watch.get_role(RoleName="crew")["Role"]["Tags"] == [{"Key": "team", "Value": "deck"}]
assert "LastUsedDate" in watch.get_role(RoleName="crew")["Role"]["RoleLastUsed"]
refused("AccessDenied", 403, watch.create_user, UserName="eve")
refused("AccessDenied", 403, sts.assume_role, RoleArn=crew["Arn"].replace("crew", "nobody"), RoleSessionName="watch")
iam.update_role(RoleName="crew", Description="for the watch")
assert iam.update_role_description(RoleName="crew", Description="for the night")["Role"]["Description"] == "for the night"
iam.tag_role(RoleName="crew", Tags=[{"Key": "pier", "Value": "4"}])
iam.untag_role(RoleName="crew", TagKeys=["team"])
assert iam.list_role_tags(RoleName="crew")["Tags"] == [{"Key": "pier", "Value": "4"}]
assert [role["RoleName"] for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]] == ["crew"]
profile = iam.create_instance_profile(InstanceProfileName="web", Path="/app/", Tags=[{"Key": "team", "Value": "deck"}])["InstanceProfile"]
assert profile["Arn"] == f"arn:aws:iam::{account}:instance-profile/app/web" and profile["Roles"] == [], profile
iam.get_waiter("instance_profile_exists").wait(InstanceProfileName="web")
iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="crew")
refused("LimitExceeded", 409, iam.add_role_to_instance_profile, InstanceProfileName="web", RoleName="crew")
assert iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]["Roles"][0]["Arn"] == crew["Arn"]
for paginator in (iam.get_paginator("list_instance_profiles").paginate(PathPrefix="/app/"),
                  iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName="crew")):
    assert [each["InstanceProfileName"] for page in paginator for each in page["InstanceProfiles"]] == ["web"]
whole = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"][0]
assert [each["Roles"][0]["RoleName"] for each in whole["InstanceProfileList"]] == ["crew"], whole
iam.tag_instance_profile(InstanceProfileName="web", Tags=[{"Key": "pier", "Value": "4"}])
iam.untag_instance_profile(InstanceProfileName="web", TagKeys=["team"])
assert iam.get_paginator("list_instance_profile_tags").paginate(InstanceProfileName="web").build_full_result()["Tags"] == [{"Key": "pier", "Value": "4"}]
refused("DeleteConflict", 409, iam.delete_instance_profile, InstanceProfileName="web")
refused("DeleteConflict", 409, iam.delete_role, RoleName="crew")
iam.remove_role_from_instance_profile(InstanceProfileName="web", RoleName="crew")
iam.delete_instance_profile(InstanceProfileName="web")
refused("NoSuchEntity", 404, iam.get_instance_profile, InstanceProfileName="web")
refused("DeleteConflict", 409, iam.delete_role, RoleName="crew")
iam.detach_role_policy(RoleName="crew", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
iam.delete_role(RoleName="crew")
refused("InvalidClientTokenId", 403, watch.list_users)
bounded = iam.create_user(UserName="eve", PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess", Tags=[{"Key": "team", "Value": "pier"}])["User"]
assert bounded["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith("/ReadOnlyAccess") and bounded["Tags"][0]["Value"] == "pier", bounded
iam.update_user(UserName="eve", NewUserName="evelyn", NewPath="/deck/")
assert iam.get_user(UserName="Evelyn")["User"]["Path"] == "/deck/"
iam.delete_user(UserName="evelyn")

# Roles that are linked to a service.
linked = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", Description="for the fleet")["Role"]
assert linked["Arn"] == f"arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", linked
assert linked["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "autoscaling.amazonaws.com"}, linked
second = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="deck")["Role"]["RoleName"]
refused("InvalidInput", 400, iam.create_service_linked_role, AWSServiceName="ecs.amazonaws.com", CustomSuffix="deck")
refused("UnmodifiableEntity", 400, iam.delete_role, RoleName=second)
for name in (linked["RoleName"], second):
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED", task
refused("NoSuchEntity", 404, iam.get_service_linked_role_deletion_status, DeletionTaskId=task[:-4])

# Server certificates: the private key goes in, and never comes out.
with tempfile.TemporaryDirectory() as folder:
    def openssl(*words):
        return subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True, text=True).stdout

    openssl("req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-subj", "/CN=pier.example.com", "-days", "30", "-out", "pem")
    body, private, other = openssl("x509", "-in", "pem"), openssl("pkey", "-in", "key"), openssl("genrsa", "2048")
upload = {"ServerCertificateName": "pier", "CertificateBody": body}
kept = iam.upload_server_certificate(**upload, PrivateKey=private, CertificateChain=body, Path="/cloudfront/", Tags=[{"Key": "team", "Value": "deck"}])
assert kept["ServerCertificateMetadata"]["Arn"] == f"arn:aws:iam::{account}:server-certificate/cloudfront/pier", kept
refused("EntityAlreadyExists", 409, iam.upload_server_certificate, **upload, PrivateKey=private)
refused("KeyPairMismatch", 400, iam.upload_server_certificate, **upload, PrivateKey=other)
refused("MalformedCertificate", 400, iam.upload_server_certificate, **{**upload, "CertificateBody": "none"}, PrivateKey=private)
seen = iam.get_server_certificate(ServerCertificateName="pier")["ServerCertificate"]
assert (seen["CertificateBody"], seen["CertificateChain"], seen["Tags"]) == (body, body, [{"Key": "team", "Value": "deck"}]), seen
iam.update_server_certificate(ServerCertificateName="pier", NewPath="/", NewServerCertificateName="quay")
listed = iam.get_paginator("list_server_certificates").paginate().build_full_result()["ServerCertificateMetadataList"]
assert [(each["ServerCertificateName"], each["Path"]) for each in listed] == [("quay", "/")], listed
iam.tag_server_certificate(ServerCertificateName="quay", Tags=[{"Key": "pier", "Value": "4"}])
iam.untag_server_certificate(ServerCertificateName="quay", TagKeys=["team"])
assert iam.get_paginator("list_server_certificate_tags").paginate(ServerCertificateName="quay").build_full_result()["Tags"] == [{"Key": "pier", "Value": "4"}]
iam.delete_server_certificate(ServerCertificateName="quay")
refused("NoSuchEntity", 404, iam.get_server_certificate, ServerCertificateName="quay")

# Identity providers, and a call that needs no signature.
made = iam.create_open_id_connect_provider(Url="https://id.example.org", ClientIDList=["app"], Tags=[{"Key": "team", "Value": "deck"}])
provider = made["OpenIDConnectProviderArn"]
assert provider == f"arn:aws:iam::{account}:oidc-provider/id.example.org", made
refused("EntityAlreadyExists", 409, iam.create_open_id_connect_provider, Url="https://id.example.org")
iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=provider, ClientID="other")
iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=provider, ClientID="app")
iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=provider, ThumbprintList=["a" * 40])
iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=provider, Tags=[{"Key": "pier", "Value": "4"}])
iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=provider, TagKeys=["team"])
assert iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=provider)["Tags"] == [{"Key": "pier", "Value": "4"}]
seen = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)
assert (seen["Url"], seen["ClientIDList"], seen["ThumbprintList"]) == ("id.example.org", ["other"], ["a" * 40]), seen
assert [each["Arn"] for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]] == [provider]
refused("InvalidIdentityToken", 400, sts.assume_role_with_web_identity, RoleArn=crew["Arn"], RoleSessionName="watch", WebIdentityToken="none")
with Issuer() as issuer:
    here = iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"])["OpenIDConnectProviderArn"]
    name = here.split(":oidc-provider/")[1]
    condition = {"StringEquals": {f"{name}:sub": "repo:harbour/works", f"{name}:aud": "sts.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Federated": here}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}}
    deploy = iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    call = {"RoleArn": deploy["Arn"], "RoleSessionName": "pipeline"}
    bare = aws_shapes.watch(boto3.client("sts", endpoint_url=ENDPOINT, region_name="eu-central-1", config=Config(signature_version=UNSIGNED)))
    taken = bare.assume_role_with_web_identity(**call, WebIdentityToken=issuer.token("repo:harbour/works"))
    assert (taken["Audience"], taken["SubjectFromWebIdentityToken"]) == ("sts.amazonaws.com", "repo:harbour/works"), taken
    assert holding("sts", taken["Credentials"]).get_caller_identity()["Arn"] == f"arn:aws:sts::{account}:assumed-role/deploy/pipeline"
    refused("AccessDenied", 403, bare.assume_role_with_web_identity, **call, WebIdentityToken=issuer.token("repo:eve/works"))
    refused("ExpiredTokenException", 400, bare.assume_role_with_web_identity, **call, WebIdentityToken=issuer.token("repo:harbour/works", -60))
    iam.delete_role(RoleName="deploy")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=here)
iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
refused("NoSuchEntity", 404, iam.get_open_id_connect_provider, OpenIDConnectProviderArn=provider)
# The account's details.
details = client("account", ADMIN, ADMIN_SECRET)
assert details.get_account_information()["AccountState"] == "ACTIVE"
name = details.get_account_information()["AccountName"]
details.put_account_name(AccountName="Quay Works")
assert details.get_account_information(AccountId=account)["AccountName"] == "Quay Works"
details.put_account_name(AccountName=name)
said = refused("ValidationException", 400, details.put_account_name, AccountName="<b>")
assert "AccountName" in said, said
refused("AccessDeniedException", 403, details.get_account_information, AccountId="999999999999")
refused("ResourceNotFoundException", 404, details.get_alternate_contact, AlternateContactType="BILLING")
desk = {"Name": "Bela Novak", "Title": "Duty desk", "EmailAddress": "desk@example.com", "PhoneNumber": "206-555-0100", "AlternateContactType": "BILLING"}
details.put_alternate_contact(**desk)
assert details.get_alternate_contact(AlternateContactType="BILLING")["AlternateContact"] == desk
details.delete_alternate_contact(AlternateContactType="BILLING")
refused("ResourceNotFoundException", 404, details.delete_alternate_contact, AlternateContactType="BILLING")
refused("ResourceNotFoundException", 404, details.get_contact_information)
home = {
    "FullName": "Ana Lima", "AddressLine1": "Quay 1", "City": "Porto", "PostalCode": "4000-001", "CountryCode": "PT", "PhoneNumber": "+351210000000",
}
details.put_contact_information(ContactInformation=home)
seen = details.get_contact_information()
assert seen["ContactInformation"] == home and seen["VerificationStatus"] == "UNVERIFIED", seen
refused("ResourceNotFoundException", 404, details.verify_phone_number, Otp="000000")
assert details.send_phone_number_verification()["Status"] == "PENDING"
assert details.get_contact_information()["VerificationStatus"] == "PENDING"
refused("AccessDeniedException", 403, details.get_primary_email, AccountId=account)
refused("AccessDeniedException", 403, details.start_primary_email_update, AccountId=account, PrimaryEmail="mallory@example.com")
refused("AccessDeniedException", 403, details.accept_primary_email_update, AccountId=account, PrimaryEmail="mallory@example.com", Otp="ABC123")
refused("ValidationException", 400, details.get_primary_email_update_status)
refused("AccessDeniedException", 403, client("account", READER, READER_SECRET).get_contact_information)

# Who last tried what.
job = iam.generate_service_last_accessed_details(Arn=me["Arn"], Granularity="ACTION_LEVEL")["JobId"]
told = iam.get_service_last_accessed_details(JobId=job)
services = {each["ServiceNamespace"]: each for each in told["ServicesLastAccessed"]}
assert told["JobStatus"] == "COMPLETED" and services["iam"]["LastAuthenticatedEntity"] == me["Arn"], told
assert any(each["ActionName"] == "CreateUser" and "LastAccessedTime" in each for each in services["iam"]["TrackedActionsLastAccessed"])
who = iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="iam")["EntityDetailsList"]
assert [each["EntityInfo"]["Arn"] for each in who] == [me["Arn"]], who
granting = iam.list_policies_granting_service_access(Arn=me["Arn"], ServiceNamespaces=["s3"])["PoliciesGrantingServiceAccess"]
assert granting[0]["ServiceNamespace"] == "s3" and granting[0]["Policies"], granting
refused("NoSuchEntity", 404, reader.get_service_last_accessed_details, JobId=job)

# The credential report, as of now.
assert iam.generate_credential_report()["State"] == "COMPLETE"
report = list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))
boss = next(row for row in report if row["user"] == "boss")
assert report[0]["user"] == "<root_account>" and boss["arn"] == me["Arn"] and boss["access_key_1_active"] == "true", report
assert boss["access_key_1_last_used_region"] == "eu-central-1" and boss["password_enabled"] == "false", boss
