//! Forms, good and bad, as IAM and STS read them.

use super::{Constraint, InputError, Parameters, Violations};
use crate::error::{ErrorKind, Field, Protocol, WireError};
use crate::moment::Moment;

fn form(body: &str) -> Parameters<'_> {
    Parameters::decode("", body.as_bytes()).unwrap()
}

fn wrong(name: &str) -> InputError {
    InputError::Type(name.into())
}

#[test]
fn a_plus_is_a_space_and_escapes_are_bytes_of_utf8() {
    let parameters = form("a=x+y%2Bz%20&b=%C3%A9&%63=1&d&e=");
    let root = parameters.root();
    assert_eq!(root.text("a"), Ok(Some("x y+z ")));
    assert_eq!(root.text("b"), Ok(Some("é")));
    assert_eq!(root.text("c"), Ok(Some("1")));
    assert_eq!((root.text("d"), root.text("e"), root.text("f")), (Ok(Some("")), Ok(Some("")), Ok(None)));
}

#[test]
fn broken_escapes_and_bytes_that_are_no_text_are_a_fault_of_syntax() {
    for body in [&b"a=%"[..], b"a=%4", b"a=%zz", b"%=a", b"a=%ff", b"a=%C3", b"a=\xff", b"a=%C3%28", b"a=%ED%A0%80", b"a=%+1", b"a=%2+"] {
        assert_eq!(Parameters::decode("", body), Err(InputError::Syntax), "{}", body.escape_ascii());
    }
    let error = WireError::from(InputError::Syntax);
    assert_eq!((error.code(Protocol::Query), error.status(Protocol::Query)), ("MalformedQueryString", 404));
}

#[test]
fn d12_a_parameter_twice_is_refused_wherever_it_stands() {
    for (query, body) in [
        ("", "Action=A&Action=B"),
        ("Action=A", "Action=A"),
        ("a=1&a=1", ""),
        ("", "a=1&%61=2"),
        ("", "T.member.1.Key=a&T.member.01.Key=b"),
        ("", "T.member.0=a&T.member.00=b"),
    ] {
        let error = Parameters::decode(query, body.as_bytes()).unwrap_err();
        assert!(matches!(error, InputError::Doubled(_)), "{query} {body}");
        assert_eq!(WireError::from(error).code(Protocol::Query), "MalformedInput");
    }
    // Other letters are another parameter, which nobody asks for.
    assert_eq!(form("action=a&Action=b").root().text("Action"), Ok(Some("b")));
}

#[test]
fn the_signatures_parameters_are_no_input() {
    let parameters = Parameters::decode("X-Amz-Signature=a&X-Amz-Signature=b&Action=c", b"").unwrap();
    assert_eq!(parameters.root().text("Action"), Ok(Some("c")));
    assert_eq!(parameters.root().text("X-Amz-Signature"), Ok(None));
}

#[test]
fn integers_are_read_as_live_iam_and_sts_read_them() {
    for (text, value) in [
        ("1", 1),
        ("01", 1),
        ("%2B1", 1),
        ("0900", 900),
        ("-0", 0),
        ("-12", -12),
        ("2147483647", i32::MAX),
        ("0", 0),
        ("0000000000000000000000000000", 0),
    ] {
        assert_eq!(form(&format!("n={text}")).root().integer("n"), Ok(Some(value)), "{text}");
    }
    for text in [
        "",
        "+1",
        "1+",
        "1.0",
        "1e3",
        "0x1",
        "2147483648",
        "-2147483649",
        "--1",
        "%2B",
        "-",
        "%2B%2B1",
        "\u{661}",
        "null",
        "99999999999999999999",
    ] {
        assert_eq!(form(&format!("n={text}")).root().integer("n"), Err(wrong("n")), "{text}");
    }
    assert_eq!(form("n=9223372036854775807").root().long("n"), Ok(Some(i64::MAX)));
    assert_eq!(form("n=-9223372036854775808").root().long("n"), Ok(Some(i64::MIN)));
    assert_eq!(form("n=9223372036854775808").root().long("n"), Err(wrong("n")));
}

#[test]
fn booleans_are_four_words() {
    for (text, value) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        assert_eq!(form(&format!("b={text}")).root().boolean("b"), Ok(Some(value)));
    }
    for text in ["", "True", "TRUE", "+true", "yes", "null", "01", "2"] {
        assert_eq!(form(&format!("b={text}")).root().boolean("b"), Err(wrong("b")), "{text}");
    }
}

#[test]
fn times_and_bytes_are_typed() {
    let parameters = form("t=2015-08-30T12%3A36%3A00Z&u=x&d=AP8%3D&e=AP8&f=*");
    let root = parameters.root();
    assert_eq!(root.timestamp("t"), Ok(Moment::parse_basic("20150830T123600Z")));
    assert_eq!(root.timestamp("u"), Err(wrong("u")));
    assert_eq!(root.blob("d"), Ok(Some(vec![0, 255])));
    assert_eq!((root.blob("e"), root.blob("f")), (Err(wrong("e")), Err(wrong("f"))));
}

#[test]
fn lists_of_structures_are_read_by_position() {
    let parameters = form("Tags.member.2.Key=c&Tags.member.01.Key=a&Tags.member.1.Value=b&Tags.member.10.Key=j&Tags.member.1.Other.X=y");
    let tags = parameters.root().list("Tags").unwrap().unwrap();
    assert_eq!(tags.len(), 10);
    assert_eq!((tags[0].text("Key"), tags[0].text("Value")), (Ok(Some("a")), Ok(Some("b"))));
    assert_eq!(tags[1].text("Key"), Ok(Some("c")));
    assert!(tags[2].is_absent());
    assert_eq!(tags[9].text("Key"), Ok(Some("j")));
    assert_eq!(tags[0].member("Other").text("X"), Ok(Some("y")));
}

#[test]
fn gaps_of_a_list_are_kept_and_bounded_as_live_iam_has_it() {
    let length = |positions: &[&str]| {
        let body: Vec<String> = positions.iter().map(|position| format!("L.member.{position}=x")).collect();
        form(&body.join("&")).root().texts("L").map(|list| list.unwrap().len()).ok()
    };
    assert_eq!(length(&["1"]), Some(1));
    assert_eq!(length(&["2"]), Some(2));
    assert_eq!(length(&["11"]), Some(11));
    assert_eq!(length(&["12"]), None);
    assert_eq!(length(&["1", "12"]), None);
    assert_eq!(length(&["1", "8", "15"]), Some(15));
    assert_eq!(length(&["15", "8", "1"]), Some(15));
    for bad in ["0", "-1", "x", "", "1x", "+1", "1.2"] {
        assert_eq!(length(&[bad]), None, "{bad}");
    }
    let parameters = form("L.member.2=x");
    assert_eq!(parameters.root().texts("L"), Ok(Some(vec![None, Some("x")])));
    assert!(form("T.member.1.2.Key=x").root().list("T").is_err(), "two numbers after one another");
    let error = form("L.member.0=x").root().texts("L").unwrap_err();
    assert_eq!(WireError::from(error).code(Protocol::Query), "MalformedInput");
}

#[test]
fn an_empty_list_is_sent_as_an_empty_value() {
    assert_eq!(form("L=").root().texts("L"), Ok(Some(Vec::new())));
    assert_eq!(form("").root().texts("L"), Ok(None));
    assert_eq!(form("L=x").root().texts("L"), Err(wrong("L")));
    assert!(form("L=&L.member.1=x").root().texts("L").is_err());
    assert!(form("L.member=x").root().texts("L").is_err());
}

#[test]
fn a_structure_where_a_value_is_due_is_another_type() {
    assert_eq!(form("A.b=1").root().text("A"), Err(wrong("A")));
    assert_eq!(form("A=1&A.b=1").root().text("A"), Err(wrong("A")));
    assert_eq!(form("L.member.1.x=1").root().texts("L"), Err(wrong("L.member.1")));
    // Neighbours in the sorted list are no members: only what stands after a dot is.
    let parameters = form("A=1&A-b=2&Ab=3&A!=4");
    assert_eq!(parameters.root().text("A"), Ok(Some("1")));
    let neighbours: String = (10..40).map(|number| format!("A-b{number}=1&A!{number}.c=3&A0.c{number}=4&")).collect();
    let body = format!("{neighbours}A.c=2&A.c-d=5");
    let parameters = form(&body);
    assert_eq!(parameters.root().member("A").text("c"), Ok(Some("2")));
    assert_eq!(parameters.root().text("A"), Err(wrong("A")));
}

#[test]
fn maps_are_entries_with_keys_that_differ() {
    let parameters = form("M.entry.1.key=a&M.entry.1.value=1&M.entry.2.key=b&M.entry.2.value.member.1=x");
    let map = parameters.root().map("M").unwrap().unwrap();
    assert_eq!(map[0].0, "a");
    assert_eq!(map[0].1.as_text(), Ok(Some("1")));
    assert!(map[1].1.as_text().is_err());
    assert_eq!(form("").root().map("M").map(|map| map.is_none()), Ok(true));
    assert!(form("M.entry.1.key=a&M.entry.2.key=a").root().map("M").is_err());
    assert!(form("M.entry.1.value=a").root().map("M").is_err());
}

#[test]
fn violations_are_told_together_and_in_awss_words() {
    assert_eq!(Violations::default().finish(), Ok(()));
    let mut one = Violations::default();
    one.note("userName", None, Constraint::Required);
    let expected = "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null";
    let field = Field { name: "userName".into(), message: "Member must not be null".into() };
    assert_eq!(one.finish(), Err(WireError::of(ErrorKind::ValidationError, expected).at(vec![field])));
    let mut many = Violations::default();
    many.note("a", Some("x"), Constraint::MinLength(2));
    many.note("b", Some("y"), Constraint::OneOf(&["Active", "Inactive"]));
    let error = many.finish().unwrap_err();
    assert_eq!(
        error.message(),
        "2 validation errors detected: Value 'x' at 'a' failed to satisfy constraint: Member must have length greater than or equal to 2; \
         Value 'y' at 'b' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]"
    );
    let mut flood = Violations::default();
    for _ in 0..1000 {
        flood.note("a", None, Constraint::Max(1));
    }
    assert!(flood.finish().unwrap_err().message().len() < 2_000);
}
