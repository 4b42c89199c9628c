//! Documents as AWS's clients parse them.

use proptest::prelude::*;

use super::{Writer, empty_response, response};
use crate::moment::Moment;

const STS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

#[test]
fn an_answer_wraps_result_and_metadata() {
    let reply = response(STS, "GetCallerIdentity", "r-1", |result| {
        result.text("Arn", "arn:aws:iam::123456789012:root");
        result.optional("UserId", Some("123456789012"));
        result.optional("Absent", None);
    });
    assert_eq!(reply.status, 200);
    assert_eq!(
        String::from_utf8(reply.body).unwrap(),
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>\n"
    );
}

#[test]
fn an_operation_without_output_has_no_result() {
    let body = String::from_utf8(empty_response("n", "DeleteUser", "r").body).unwrap();
    let metadata = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>";
    assert_eq!(body, format!("<DeleteUserResponse xmlns=\"n\">{metadata}</DeleteUserResponse>\n"));
}

#[test]
fn e02_nothing_that_is_answered_can_be_read_in_debug() {
    let mut shown = String::new();
    let reply = response(STS, "CreateAccessKey", "r-1", |result| {
        result.text("SecretAccessKey", "hunter2");
        shown = format!("{result:?}");
    });
    assert!(String::from_utf8(reply.body.clone()).unwrap().contains("hunter2"));
    shown.push_str(&format!(" {reply:?}"));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!shown.contains(&format!("{:?}", reply.body)), "{shown}");
}

fn written(content: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::begin("r", "n");
    content(&mut writer);
    let text = writer.end("r");
    text.strip_prefix("<r xmlns=\"n\">").unwrap().strip_suffix("</r>\n").unwrap().to_owned()
}

#[test]
fn values_lists_and_maps_have_awss_forms() {
    let values = written(|writer| {
        writer.integer("I", -1);
        writer.boolean("B", true);
        writer.timestamp("T", Moment::from_seconds(0));
        writer.blob("D", b"\0\xff");
    });
    assert_eq!(values, "<I>-1</I><B>true</B><T>1970-01-01T00:00:00Z</T><D>AP8=</D>");
    assert_eq!(written(|writer| writer.texts("L", ["a", "b"])), "<L><member>a</member><member>b</member></L>");
    assert_eq!(written(|writer| writer.texts("L", [])), "<L></L>");
    let list = written(|writer| writer.list("L", ["x"], |writer, item| writer.text("N", item)));
    assert_eq!(list, "<L><member><N>x</N></member></L>");
    let map = written(|writer| writer.map("M", [("a", 1), ("b<", 2)], |writer, name, value| writer.integer(name, value)));
    assert_eq!(map, "<M><entry><key>a</key><value>1</value></entry><entry><key>b&lt;</key><value>2</value></entry></M>");
}

#[test]
fn characters_xml_can_not_hold_are_replaced_and_a_carriage_return_survives() {
    assert_eq!(written(|writer| writer.text("t", "a\0b\u{b}c\u{1f}\u{fffe}")), "<t>a\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}</t>");
    assert_eq!(written(|writer| writer.text("t", "a\r\n\tb \u{85}\u{1f511}")), "<t>a&#xD;\n\tb \u{85}\u{1f511}</t>");
    assert_eq!(written(|writer| writer.text("t", "<&>\"']]>")), "<t>&lt;&amp;&gt;&quot;']]&gt;</t>");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_leaves_its_element(text in ".{0,60}", raw in prop::collection::vec(any::<char>(), 0..20)) {
        let text: String = text.chars().chain(raw).collect();
        let written = written(|writer| writer.text("t", &text));
        let inner = written.strip_prefix("<t>").unwrap().strip_suffix("</t>").unwrap();
        prop_assert!(!inner.contains(['<', '>', '"', '\r']));
        let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        prop_assert!(inner.chars().all(allowed));
        let back = inner.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#xD;", "\r").replace("&amp;", "&");
        let kept: String = text.chars().map(|c| if allowed(c) || c == '\r' { c } else { '\u{fffd}' }).collect();
        prop_assert_eq!(back, kept);
    }
}
