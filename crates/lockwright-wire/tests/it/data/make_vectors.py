"""Makes sigv4-vectors.json: requests as botocore signs and sends them.

    pip install botocore && python make_vectors.py > sigv4-vectors.json

The first group has the cases of AWS's published signing test suite by their names. Where the suite's signature is known it stands
here, and this script stops when botocore makes another. The second group is what stock clients send for whole operations.
"""

import datetime
import hashlib
import json
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.session

NOW = datetime.datetime(2015, 8, 30, 12, 36, 0)
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"
HOST = "example.amazonaws.com"
botocore.auth.get_current_datetime = lambda *args, **kwargs: NOW
uuid.uuid4 = lambda: uuid.UUID(int=0)

UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = "application/x-www-form-urlencoded"
BODY_HASH = hashlib.sha256(b"Param1=value1").hexdigest()
VANILLA = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

# name, method, path, parameters, headers, body, token, the suite's signature
SUITE = [
    ("get-vanilla", "GET", "/", [], [], "", None, VANILLA),
    ("get-vanilla-empty-query-key", "GET", "/", [("Param1", "value1")], [], "", None, "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
    ("get-vanilla-query-order-key-case", "GET", "/", [("Param2", "value2"), ("Param1", "value1")], [], "", None, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ("get-vanilla-query-order-value", "GET", "/", [("Param1", "value2"), ("Param1", "value1")], [], "", None, None),
    ("get-vanilla-query-order-encoded", "GET", "/", [("Param-3", "Value3"), ("Param", "Value2"), ("\u1234", "Value1")], [], "", None, "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac"),
    ("get-vanilla-query-unreserved", "GET", "/", [(UNRESERVED, UNRESERVED)], [], "", None, "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
    ("get-vanilla-utf8-query", "GET", "/", [("\u1234", "bar")], [], "", None, "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    ("get-vanilla-with-session-token", "GET", "/", [], [], "", TOKEN, "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"),
    ("get-header-key-duplicate", "GET", "/", [], [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")], "", None, "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    ("get-header-value-order", "GET", "/", [], [("My-Header1", v) for v in ("value4", "value1", "value3", "value2")], "", None, "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
    ("get-header-value-trim", "GET", "/", [], [("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')], "", None, "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    ("get-unreserved", "GET", "/" + UNRESERVED, [], [], "", None, "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    ("get-utf8", "GET", "/\u1234", [], [], "", None, "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    ("get-space", "GET", "/example space/", [], [], "", None, "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    ("get-relative", "GET", "/example/..", [], [], "", None, VANILLA),
    ("get-relative-relative", "GET", "/example1/example2/../..", [], [], "", None, VANILLA),
    ("get-slash", "GET", "//", [], [], "", None, VANILLA),
    ("get-slash-dot-slash", "GET", "/./", [], [], "", None, VANILLA),
    ("get-slash-pointless-dot", "GET", "/./example", [], [], "", None, "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
    ("get-slashes", "GET", "//example//", [], [], "", None, "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
    ("post-vanilla", "POST", "/", [], [], "", None, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ("post-vanilla-query", "POST", "/", [("Param1", "value1")], [], "", None, "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
    ("post-header-key-sort", "POST", "/", [], [("My-Header1", "value1")], "", None, "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
    ("post-header-value-case", "POST", "/", [], [("My-Header1", "VALUE1")], "", None, "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
    ("post-x-www-form-urlencoded", "POST", "/", [], [("Content-Type", FORM), ("Content-Length", "13"), ("x-amz-content-sha256", BODY_HASH)], "Param1=value1", None, "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b"),
    ("post-x-www-form-urlencoded-parameters", "POST", "/", [], [("Content-Type", FORM + "; charset=utf-8"), ("Content-Length", "13"), ("x-amz-content-sha256", BODY_HASH)], "Param1=value1", None, "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422"),
]


def credentials(token):
    return botocore.credentials.Credentials(KEY, SECRET, token)


def vector(name, method, url, headers, body, known=False):
    target = url.split("://", 1)[1]
    target = target[target.index("/"):] if "/" in target else "/"
    path, _, query = target.partition("?")
    text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
    headers = [[text(name), text(value)] for name, value in headers]
    return {"name": name, "method": method, "path": path, "query": query, "headers": headers, "body": body, "published": known}


def suite():
    for name, method, path, params, headers, body, token, known in SUITE:
        # botocore moves a body into the query string when it presigns, which makes another request of it.
        for presigned in (False, True) if not body else (False,):
            request = botocore.awsrequest.AWSRequest(method=method, url=f"https://{HOST}{path}", data=body)
            for key, value in headers:
                request.headers[key] = value
            quote = botocore.auth.quote
            query = "&".join(f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}" for key, value in params)
            if query:
                # Signed as sorted, sent unsorted: what is tested is the sorting.
                request.url += "?" + query
            if presigned:
                signer = botocore.auth.SigV4QueryAuth(credentials(token), "service", "us-east-1", expires=3600)
            else:
                signer = botocore.auth.SigV4Auth(credentials(token), "service", "us-east-1")
            signer.add_auth(request)
            sent = list(request.headers.items())
            if not any(key.lower() == "host" for key, _ in sent):
                sent.insert(0, ("Host", HOST))
            if not presigned and known:
                assert f"Signature={known}" in dict(sent)["Authorization"], (name, dict(sent)["Authorization"])
            yield vector(name + ("-presigned" if presigned else ""), method, request.url, sent, body, bool(known) and not presigned)


POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a+b/*"}]}, indent=1)
OPERATIONS = [
    ("sts", "us-east-1", None, "get_caller_identity", {}),
    ("sts", "eu-west-1", TOKEN, "get_caller_identity", {}),
    ("sts", "us-east-1", None, "assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/a", "RoleSessionName": "a=b@c", "DurationSeconds": 900}),
    ("iam", "us-east-1", None, "create_user", {"UserName": "j\u00f6rg+x@y", "Path": "/a/b/", "Tags": [{"Key": "k\u00e9y \u1234", "Value": "a&b=c %"}]}),
    ("iam", "us-east-1", None, "put_user_policy", {"UserName": "u", "PolicyName": "p", "PolicyDocument": POLICY}),
    ("iam", "us-east-1", None, "list_users", {"MaxItems": 1, "Marker": "a/b+c=="}),
    ("iam", "us-east-1", None, "untag_user", {"UserName": "u", "TagKeys": []}),
    ("account", "us-east-1", None, "get_contact_information", {}),
    ("account", "us-east-1", TOKEN, "put_account_name", {"AccountName": "caf\u00e9 \"x\""}),
    ("cloudtrail", "us-west-2", None, "lookup_events", {"MaxResults": 5}),
    ("organizations", "us-east-1", None, "describe_organization", {}),
]


def operations():
    session = botocore.session.Session()
    for service, region, token, operation, arguments in OPERATIONS:
        client = session.create_client(
            service, region_name=region, endpoint_url="https://lockwright.example:8443/", aws_access_key_id=KEY,
            aws_secret_access_key=SECRET, aws_session_token=token,
        )
        sent = []

        def catch(request, **kwargs):
            sent.append(request)
            return botocore.awsrequest.AWSResponse(request.url, 500, {}, None)

        client.meta.events.register("before-send", catch)
        try:
            getattr(client, operation)(**arguments)
        except Exception:
            pass
        request = sent[0]
        headers = [(key, value) for key, value in request.headers.items() if key.lower() != "user-agent"]
        headers.insert(0, ("Host", "lockwright.example:8443"))
        body = request.body or ""
        body = body.decode() if isinstance(body, bytes) else body
        yield vector(f"{service}-{operation}-{region}" + ("-session" if token else ""), request.method, request.url, headers, body)
        if service in ("iam", "sts"):
            url = client.generate_presigned_url(operation, Params=arguments, ExpiresIn=60, HttpMethod="GET")
            name = f"{service}-{operation}-{region}-presigned" + ("-session" if token else "")
            yield vector(name, "GET", url, [("Host", "lockwright.example:8443")], "")


print(json.dumps(list(suite()) + list(operations()), indent=1, ensure_ascii=False))
