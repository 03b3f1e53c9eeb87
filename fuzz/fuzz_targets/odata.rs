//! Any name, as it gets into URLs: it holds nothing that could end the literal or the query, and it comes out as it went in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sspr_policy::graph::odata_literal;

fuzz_target!(|name: &str| {
    let literal = odata_literal(name);
    assert!(literal.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{literal}");
    let bytes = literal.as_bytes();
    let (mut decoded, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            decoded.push(u8::from_str_radix(&literal[at + 1..at + 3], 16).expect("two digits"));
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    let decoded = String::from_utf8(decoded).expect("text");
    let inner = decoded.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).expect("in quotes");
    // Every quote is one of a pair.
    assert!(!inner.replace("''", "").contains('\''), "{inner}");
    assert_eq!(inner.replace("''", "'"), name);
});
