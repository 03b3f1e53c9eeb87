//! Links to next pages, and the tokens in them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::answer::Refusal;
use super::call::{Call, encoded};

/// The query option for the next page.
pub(crate) const TOKEN: &str = "$skiptoken";
/// Marks a token that leads to a page that was already returned.
const AGAIN: &str = ":again";

/// The link to the page after `order`: the call's own options with a new opaque token.
pub(crate) fn next_link(call: &Call, order: u64) -> String {
    link(call, &format!("after:{order}"))
}

/// The link to the same page again; `None` if the call already followed such a link.
pub(crate) fn same_page(call: &Call) -> Option<String> {
    let token = call.query.iter().find(|(option, _)| option == TOKEN);
    let text = token.map_or(Some("after:0".to_owned()), |(_, token)| decoded_token(token))?;
    (!text.ends_with(AGAIN)).then(|| link(call, &(text + AGAIN)))
}

fn link(call: &Call, token: &str) -> String {
    let mut link = format!("{}/{}/{}?", call.base, call.version.as_str(), call.path.join("/"));
    for (option, value) in call.query.iter().filter(|(option, _)| option != TOKEN) {
        link.push_str(&format!("{option}={}&", encoded(value)));
    }
    let token = URL_SAFE_NO_PAD.encode(token);
    link + TOKEN + "=" + &token
}

/// The place in the order after which a page begins.
pub(crate) fn position(token: &str) -> Result<u64, Refusal> {
    decoded_token(token)
        .and_then(|text| text.trim_end_matches(AGAIN).strip_prefix("after:")?.parse().ok())
        .ok_or_else(|| Refusal::bad("The $skiptoken is not one that was handed out."))
}

fn decoded_token(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}
