//! JSON bodies, good and bad.

use super::{MAX_DEPTH, MAX_VALUES, Value, read};
use crate::moment::Moment;
use crate::query::InputError;

#[test]
fn members_are_read_by_type() {
    let body =
        br#"{"Text":"a","Number":7,"Flag":false,"Null":null,"At":1440938160,"AtText":"2015-08-30T12:36:00Z","AtFraction":1440938160.5,
        "In":{"Text":"b"},"List":["x",1],"Big":12345678901}"#;
    let value = read(body).unwrap();
    let members = value.members();
    assert_eq!(members.text("Text"), Ok(Some("a")));
    assert_eq!(members.integer("Number"), Ok(Some(7)));
    assert_eq!(members.boolean("Flag"), Ok(Some(false)));
    assert_eq!(members.text("Null"), Ok(None));
    assert_eq!(members.text("Absent"), Ok(None));
    for name in ["At", "AtText", "AtFraction"] {
        assert_eq!(members.timestamp(name), Ok(Moment::parse_basic("20150830T123600Z")), "{name}");
    }
    assert_eq!(members.structure("In").unwrap().unwrap().text("Text"), Ok(Some("b")));
    assert_eq!(members.list("List"), Ok(Some([Value::Text("x".into()), Value::Integer(1)].as_slice())));
    let wrong = |name: &str| InputError::Type(name.into());
    assert_eq!(members.text("Number"), Err(wrong("Number")));
    assert_eq!(members.integer("Text"), Err(wrong("Text")));
    assert_eq!(members.integer("Big"), Err(wrong("Big")));
    assert_eq!(members.boolean("Number"), Err(wrong("Number")));
    assert_eq!(members.timestamp("Flag"), Err(wrong("Flag")));
    assert_eq!(members.structure("List").unwrap_err(), wrong("List"));
    assert_eq!(members.list("In"), Err(wrong("In")));
}

#[test]
fn an_empty_body_is_an_empty_object() {
    for body in ["", " \r\n", "{}"] {
        assert_eq!(read(body.as_bytes()), Ok(Value::Object(Vec::new())));
    }
}

#[test]
fn what_is_no_object_is_no_input() {
    for body in [
        "[]",
        "null",
        "1",
        "\"a\"",
        "{",
        "{}{}",
        "{} x",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":1e999}",
        "\u{feff}{}",
        "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\x\"}",
    ] {
        assert_eq!(read(body.as_bytes()), Err(InputError::Syntax), "{body}");
    }
    assert_eq!(read(b"{\"a\":\"\xff\"}"), Err(InputError::Syntax));
    assert_eq!(read(b"\xff\xfe"), Err(InputError::Syntax));
}

#[test]
fn d12_a_key_twice_is_refused_at_any_depth() {
    for body in [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"\u0061":3}"#, r#"{"x":[{"a":1,"a":2}]}"#, r#"{"a":null,"a":1}"#] {
        assert_eq!(read(body.as_bytes()), Err(InputError::Syntax), "{body}");
    }
    // Other letters are another key, which nobody asks for.
    let value = read(br#"{"name":"x","Name":"y"}"#).unwrap();
    assert_eq!(value.members().text("Name"), Ok(Some("y")));
}

#[test]
fn depth_and_number_of_values_are_bounded() {
    let nested = |depth: usize| format!("{}{}{}", "{\"a\":".repeat(depth), "1", "}".repeat(depth));
    assert!(read(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert!(read(nested(MAX_DEPTH + 1).as_bytes()).is_err());
    assert!(read(nested(100_000).as_bytes()).is_err());
    let wide = |values: usize| format!("{{\"a\":[{}]}}", vec!["0"; values - 2].join(","));
    assert!(read(wide(MAX_VALUES).as_bytes()).is_ok());
    assert!(read(wide(MAX_VALUES + 1).as_bytes()).is_err());
}
