//! The body of a call: a form of the Query protocol, and JSON, each member read as every type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lockwright_wire::json;
use lockwright_wire::query::{Node, Parameters};

fn walk(node: &Node<'_>, depth: usize) {
    for name in ["UserName", "Tags", "Tags.member", "Key", "PolicyDocument", "MaxItems", "", "."] {
        let _ = (node.text(name), node.integer(name), node.long(name), node.boolean(name), node.timestamp(name), node.blob(name));
        let _ = (node.texts(name), node.map(name), node.member(name).is_absent());
        if depth < 3 {
            for each in node.list(name).ok().flatten().unwrap_or_default() {
                walk(&each, depth + 1);
            }
        }
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(parameters) = Parameters::decode("", data) {
        walk(&parameters.root(), 0);
    }
    if let Ok(value) = json::read(data) {
        let members = value.members();
        for name in ["LookupAttributes", "MaxResults", "AccountId", ""] {
            let _ = (members.text(name), members.integer(name), members.boolean(name), members.timestamp(name), members.list(name).is_ok());
        }
    }
});
