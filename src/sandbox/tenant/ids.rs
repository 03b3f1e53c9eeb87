//! Ids: fixed for the contents of a new sandbox, random for everything created later.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The same id in every sandbox, so that tests can be repeated: a digest in the shape of a version 4 UUID.
pub(crate) fn fixed(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("sspr-policy sandbox\n{kind}\n{name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// The id of a group of every sandbox; `nth` distinguishes groups with the same name.
pub(crate) fn group(name: &str, nth: usize) -> String {
    fixed("group", &format!("{name}\n{nth}"))
}

pub(crate) fn random() -> String {
    Uuid::new_v4().to_string()
}

/// A new id for the secret value of a setting in a profile: three parts, the second is the profile's id
/// (dsccommunity/Microsoft365DSC, `M365DSCDRGUtil.psm1`).
pub(crate) fn secret(profile: &str) -> String {
    format!("{}_{profile}_{}", random(), random())
}
