//! Microsoft Graph over HTTP: paging, batching, retrying, typed bodies. It does not know policies.
//!
//! `retry.rs` decides how often a request is sent and after which pauses, for reads and for writes; `status.rs` has the
//! statuses after which a request may succeed later. `pace.rs` limits the number of requests in a time.

mod access;
mod back_off;
mod batch;
mod body;
mod client;
mod error;
mod http;
mod list;
mod model;
mod pace;
mod page;
mod probe;
mod retry;
mod shared_batch;
mod sign_in;
mod split;
mod status;

pub use access::Access;
pub use batch::{BatchAnswer, BatchRequest};
pub use client::{Client, Write};
pub use error::{BadObject, Error};
pub use http::SetupError;
pub use list::{Collection, Count};
pub use model::{Named, Organization, VerifiedDomain};
pub use pace::{WINDOW, WriteSlot};
pub use probe::{Probe, probe, proxy};
pub use retry::{Repeat, Retry};
pub use shared_batch::SharedBatch;
pub use sign_in::{
    Decision, MethodChoice, MethodStep, SignIn, SignInFailure, SignInMethod, SignInSettings, TokenClaims, WrongToken,
    check_token, choose_method, key_store_name,
};

/// A string as an OData string literal, percent-encoded for a URL: quotes are doubled, and everything but letters,
/// digits and `-._~` is escaped. This is the only place that puts names into URLs.
pub fn odata_literal(text: &str) -> String {
    let mut escaped = String::from("%27");
    for byte in text.replace('\'', "''").bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(byte as char);
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped + "%27"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::odata_literal;

    #[test]
    fn names_survive_urls() {
        assert_eq!(odata_literal("Bob's PCs"), "%27Bob%27%27s%20PCs%27");
        assert_eq!(odata_literal("R&D #1 100% + A/B"), "%27R%26D%20%231%20100%25%20%2B%20A%2FB%27");
        assert_eq!(odata_literal("Größe"), "%27Gr%C3%B6%C3%9Fe%27");
    }

    fn decoded(literal: &str) -> String {
        let (mut bytes, mut rest) = (Vec::new(), literal);
        while let Some(first) = rest.chars().next() {
            let length = if first == '%' { 3 } else { 1 };
            let byte =
                if first == '%' { u8::from_str_radix(&rest[1..3], 16).expect("two digits") } else { first as u8 };
            bytes.push(byte);
            rest = &rest[length..];
        }
        String::from_utf8(bytes).expect("text")
    }

    proptest! {
        /// `fuzz/fuzz_targets/odata.rs` tries the same for longer.
        #[test]
        fn any_name_comes_out_as_it_went_in(name in any::<String>()) {
            let literal = odata_literal(&name);
            prop_assert!(literal.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            let decoded = decoded(&literal);
            let inner = &decoded[1..decoded.len() - 1];
            prop_assert!(!inner.replace("''", "").contains('\''));
            prop_assert_eq!(inner.replace("''", "'"), name);
        }
    }
}
