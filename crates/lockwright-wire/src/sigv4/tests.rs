//! The pieces of the canonical request that whole requests hardly reach.

use super::canonical::{decode, pairs};

#[test]
fn pairs_are_cut_at_the_first_equals_sign_and_empty_pieces_are_none() {
    let list: Vec<_> = pairs("a=b=c&&d&=e&f=&").collect();
    assert_eq!(list, [("a", "b=c"), ("d", ""), ("", "e"), ("f", "")]);
    assert_eq!(pairs("").count(), 0);
}

#[test]
fn decoding_keeps_bytes_that_are_no_text_and_escapes_that_are_none() {
    assert_eq!(*decode("%ff%00"), b"\xff\0"[..]);
    assert_eq!(*decode("a+b%2Bc"), b"a b+c"[..]);
    assert_eq!(*decode("%+%zz%"), b"% %zz%"[..]);
}
