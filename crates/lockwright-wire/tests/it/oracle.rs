//! Random requests signed by AWS's own Rust signer: each must verify, and none must once a bit of it is another.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use lockwright_wire::moment::Moment;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::mutations::flip_somewhere;
use crate::sent::{KEY_ID, SECRET, Sent};

/// SplitMix64: small, repeatable, good enough to vary requests.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(crate) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn many(&mut self, most: usize, list: &[&str]) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(list)).collect()
    }
}

const WORDS: [&str; 14] = ["a", "B", "0", "-", "_", ".", "~", "name", "%20", "%2F", "%C3%A9", "%e1%88%b4", "%25", "@:!$*,;'()"];
const SEGMENTS: [&str; 9] = ["/", "/", "/a", "/.", "/..", "/b.c", "/%2e%2e", "/d%20e", "/f:g@h"];
const QUERY: [&str; 8] = ["=", "&", "+", "&a", "&a=", "&b=c=d", "&&", "%2B"];
const HEADERS: [&str; 5] = ["content-type", "x-amz-target", "X-Amz-Meta", "My-Header", "range"];
const VALUES: [&str; 9] = ["a", " ", "  ", "   b", "\"c  d\"", ",", ";=", "/", "e"];

/// A request such as a client, or somebody who plays one, might send; not signed yet.
fn draw(random: &mut Random) -> Sent {
    let mut query = String::new();
    for _ in 0..random.below(6) {
        query.push_str(random.pick(&QUERY));
        query.push_str(&random.many(3, &WORDS));
    }
    let mut headers = vec![("host".to_owned(), b"lockwright.example".to_vec())];
    for _ in 0..random.below(4) {
        headers.push((random.pick(&HEADERS).to_owned(), random.many(6, &VALUES).trim().as_bytes().to_vec()));
    }
    let path = format!("/{}", random.many(5, &SEGMENTS).trim_start_matches('/'));
    let body = (0..random.below(200)).map(|_| random.next().to_le_bytes()[0]).collect();
    Sent { method: random.pick(&["GET", "POST", "PUT", "DELETE"]).to_owned(), path, query, headers, body }
}

/// Signs with AWS's signer and puts the signature where it says.
fn sign_it(sent: &mut Sent, at: u64, presigned: bool, token: Option<String>, region: &str, service: &str) {
    let identity = Credentials::new(KEY_ID, SECRET, token, None, "test").into();
    let mut settings = SigningSettings::default();
    if presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(300));
    }
    let builder = SigningParams::builder().identity(&identity).region(region).name(service).settings(settings);
    let params = builder.time(SystemTime::UNIX_EPOCH + Duration::from_secs(at)).build().unwrap().into();
    let mark = if sent.query.is_empty() { "" } else { "?" };
    let uri = format!("https://lockwright.example{}{mark}{}", sent.path, sent.query);
    let headers = sent.headers.iter().map(|(name, value)| (name.as_str(), std::str::from_utf8(value).unwrap()));
    let signable = SignableRequest::new(&sent.method, uri, headers, SignableBody::Bytes(&sent.body)).unwrap();
    let (headers, parameters) = sign(signable, &params).unwrap().into_parts().0.into_parts();
    sent.headers.extend(headers.iter().map(|header| (header.name().to_owned(), header.value().as_bytes().to_vec())));
    for (name, value) in parameters {
        let value = utf8_percent_encode(&value, NON_ALPHANUMERIC);
        let mark = if sent.query.is_empty() { "" } else { "&" };
        sent.query.push_str(&format!("{mark}{name}={value}"));
    }
}

/// Draws, signs and verifies so many requests, and flips one bit in each.
pub(crate) fn run(count: u64, seed: u64) {
    for number in 0..count {
        let mut random = Random(seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut sent = draw(&mut random);
        let at = 1_400_000_000 + random.next() % 400_000_000;
        let token = (random.below(3) == 0).then(|| format!("IQoJ{}//+=", random.next()));
        let region = random.pick(&["us-east-1", "eu-central-1", "aws-global", "mars-north-7", "local"]);
        let service = random.pick(&["iam", "sts", "account", "cloudtrail"]);
        sign_it(&mut sent, at, random.below(3) == 0, token, region, service);
        let now = Moment::from_seconds(i64::try_from(at).unwrap() + i64::try_from(random.below(300)).unwrap());
        assert_eq!(sent.verify(SECRET, now), Ok(()), "number {number} of seed {seed}: {sent:#?}");
        if let Some(changed) = flip_somewhere(&sent, &mut random) {
            assert!(changed.verify(SECRET, now).is_err(), "number {number} of seed {seed}: {sent:#?} became {changed:#?}");
        }
    }
}

#[cfg(test)]
#[test]
fn d09_what_awss_signer_signs_verifies_and_one_bit_more_or_less_does_not() {
    run(4_000, 1);
}
