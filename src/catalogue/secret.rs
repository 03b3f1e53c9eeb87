//! Recognizes values that are secrets, wherever they come from. The program neither stores nor prints them.

use super::{Allowed, CspNode};
use crate::setting::{OmaUri, OmaValue};

/// Whether a text value is probably a secret, judging by the name of its node or by the XML of Wi-Fi and VPN profiles
/// (Microsoft, WLAN_profile schema: keyMaterial; VPNv2 CSP). Values that Intune shows to every reader are not.
pub fn may_be_secret(uri: &OmaUri, node: Option<&CspNode>, value: &OmaValue) -> bool {
    if !value.oma_type().is_masked() {
        return false;
    }
    let chosen = |node: &&CspNode| matches!(node.allowed, Allowed::Admx | Allowed::Enum(_) | Allowed::Flags(_));
    // If the node takes a number, text cannot be a secret.
    let number = |node: &&CspNode| node.format.oma_type().is_some_and(|kind| !kind.is_masked());
    if node.as_ref().is_some_and(|node| chosen(node) || number(node)) {
        return false;
    }
    let name = uri.as_str().to_lowercase();
    let words = ["password", "passphrase", "psk", "sharedsecret", "presharedkey", "secret", "/wifi/", "/vpnv2/"];
    let text = match value {
        OmaValue::String(text) | OmaValue::Xml(text) => text.to_lowercase(),
        _ => String::new(),
    };
    let tags = ["keymaterial>", "password>", "presharedkey>", "sharedsecret>"];
    words.iter().any(|word| name.contains(word)) || tags.iter().any(|tag| text.contains(tag))
}
