//! Whatever bytes come: an answer, never a panic, and no more memory than the bytes ask for.

use lockwright_wire::json;
use lockwright_wire::moment::Moment;
use lockwright_wire::query::{MAX_NAME, MAX_PARAMETERS, Parameters};
use lockwright_wire::request::Request;
use lockwright_wire::route::{Call, protocol_of};
use lockwright_wire::sigv4::{Claim, PresignedLife, SigningKey};
use proptest::prelude::*;

use crate::sent::{SECRET, Sent};
use crate::vectors::{all, then};

/// Text with a leaning to what parsers look for.
fn spiced() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("X-Amz-Signature="),
        Just("X-Amz-Credential="),
        Just("X-Amz-Date=20150830T123600Z"),
        Just("X-Amz-SignedHeaders=host"),
        Just("AWS4-HMAC-SHA256 "),
        Just("Credential="),
        Just("SignedHeaders="),
        Just("Signature="),
        Just("AKID/20150830/us-east-1/iam/aws4_request"),
        Just("Action=GetUser"),
        Just("Version=2010-05-08"),
        Just("Tags.member.1.Key="),
        Just("Tags.member."),
        Just(".entry.2.key"),
        Just("&"),
        Just("="),
        Just("%"),
        Just("%C3"),
        Just("%00"),
        Just("+"),
        Just(","),
        Just(";"),
        Just("/"),
        Just("/.."),
        Just("."),
        Just("{\"a\":"),
        Just("[1e999,"),
        Just("]}"),
        Just("\u{1234}"),
    ];
    prop::collection::vec(prop_oneof![3 => pieces.prop_map(str::to_owned), 1 => "\\PC{0,8}"], 0..24).prop_map(|parts| parts.concat())
}

/// Walks every way the crate has into a request.
fn walk(sent: &Sent) {
    sent.with(|request| {
        let _ = protocol_of(&request);
        let _ = Call::unsigned(request, "");
        if let Ok(claim) = Claim::read(request, then(), PresignedLife::AsAsked) {
            let _ = (claim.canonical_request(), claim.string_to_sign());
            let key = SigningKey::derive(SECRET, &claim.scope()).unwrap();
            if let Ok(verified) = claim.verify(&key) {
                let _ = Call::signed(&verified, "/base");
            }
        }
        read_input(&request);
    });
}

fn read_input(request: &Request<'_>) {
    if let Ok(parameters) = Parameters::decode(request.query, request.body) {
        let root = parameters.root();
        for name in ["Action", "Tags", "Tags.member", "", ".", "\u{1234}"] {
            let _ = (root.text(name), root.integer(name), root.long(name), root.boolean(name), root.timestamp(name), root.blob(name));
            let _ = (root.texts(name), root.map(name), root.member(name).is_absent());
            for node in root.list(name).unwrap_or_default().unwrap_or_default() {
                let _ = (node.text("Key"), node.list("Key"), node.as_text());
            }
        }
    }
    if let Ok(value) = json::read(request.body) {
        let members = value.members();
        let _ = (members.text("a"), members.integer("a"), members.boolean("a"), members.timestamp("a"), members.list("a"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(
        method in spiced(), path in spiced(), query in spiced(), authorization in prop::collection::vec(any::<u8>(), 0..80),
        date in spiced(), body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let headers = vec![
            ("host".to_owned(), b"h".to_vec()),
            ("authorization".to_owned(), authorization),
            ("x-amz-date".to_owned(), date.into_bytes()),
        ];
        walk(&Sent { method, path, query, headers, body });
    }

    #[test]
    fn spiced_text_gets_an_answer(path in spiced(), query in spiced(), authorization in spiced(), target in spiced(), body in spiced()) {
        let mut headers = vec![("host".to_owned(), b"h".to_vec())];
        for (name, value) in [("authorization", authorization), ("x-amz-target", target)] {
            if value.len() % 3 > 0 {
                headers.push((name.to_owned(), value.into_bytes()));
            }
        }
        walk(&Sent { method: "POST".into(), path, query, headers, body: body.into_bytes() });
    }

    #[test]
    fn a_real_request_with_a_piece_exchanged_gets_an_answer(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), piece in spiced()) {
        let vectors = all();
        let mut sent = which.get(&vectors).sent();
        let cut = |text: &str| {
            let at = at.index(text.len() + 1);
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            format!("{}{piece}{}", &text[..at], &text[at..])
        };
        match piece.len() % 4 {
            0 => sent.path = cut(&sent.path),
            1 => sent.query = cut(&sent.query),
            2 => sent.body = cut(&String::from_utf8(sent.body.clone()).unwrap()).into_bytes(),
            _ => {
                let last = sent.headers.len() - 1;
                let (_, value) = &mut sent.headers[last];
                *value = cut(&String::from_utf8(value.clone()).unwrap()).into_bytes();
            }
        }
        walk(&sent);
    }

    #[test]
    fn what_is_decoded_is_what_was_encoded(list in prop::collection::btree_map("[A-Za-z]{1,8}(\\.member\\.[1-9]){0,2}", "\\PC{0,20}", 0..20)) {
        let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let body: Vec<String> = list.iter().rev().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let body = body.join("&");
        let parameters = Parameters::decode("", body.as_bytes()).unwrap();
        for (name, value) in &list {
            let node = name.split('.').fold(parameters.root(), |node, part| node.member(part));
            let nested = list.keys().any(|other| other.starts_with(&format!("{name}.")));
            prop_assert!(!node.is_absent());
            if !nested {
                prop_assert_eq!(node.as_text().unwrap(), Some(value.as_str()));
            }
        }
    }

    #[test]
    fn any_time_gets_an_answer(text in "\\PC{0,40}", seconds in any::<i64>()) {
        let _ = (Moment::parse_basic(&text), Moment::parse_header(&text), Moment::parse_parameter(&text));
        let moment = Moment::from_seconds(seconds);
        if moment.as_seconds() > 0 {
            prop_assert_eq!(Moment::parse_basic(&moment.basic()), Some(moment));
            prop_assert_eq!(Moment::parse_parameter(&moment.rfc3339()), Some(moment));
        }
    }
}

#[test]
fn ten_thousand_parameters_are_refused_unread() {
    let body: String = (0..10_000).map(|number| format!("p{number}={number}&")).collect();
    assert!(Parameters::decode("", body.as_bytes()).is_err());
    let most: String = (0..MAX_PARAMETERS).map(|number| format!("p{number}={number}&")).collect();
    assert!(Parameters::decode("", most.as_bytes()).is_ok());
    assert!(Parameters::decode("one=more", most.as_bytes()).is_err());
}

#[test]
fn long_and_deep_names_are_refused() {
    let name = "a".repeat(MAX_NAME);
    assert!(Parameters::decode(&format!("{name}=1"), b"").is_ok());
    for name in ["a".repeat(MAX_NAME + 1), "%61".repeat(MAX_NAME + 1), "a".repeat(10_000_000), "a.".repeat(200)] {
        assert!(Parameters::decode(&format!("{name}=1"), b"").is_err());
    }
}

#[test]
fn a_list_can_not_be_made_long_by_its_positions() {
    for position in ["12", "4294967297", "99999999999999999999", "1000000"] {
        let query = format!("Tags.member.{position}.Key=a");
        assert!(Parameters::decode(&query, b"").unwrap().root().list("Tags").is_err(), "{position}");
    }
    // Ten apart, over and over: ten nodes a parameter at the most.
    let query: String = (1..400).map(|step| format!("L.member.{}=a&", step * 10)).collect();
    assert_eq!(Parameters::decode(&query, b"").unwrap().root().list("L").unwrap().unwrap().len(), 3990);
}
