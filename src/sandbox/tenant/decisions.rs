//! Approves and rejects requests, which in Intune only a person can do, in the portal.
//!
//! If another process serves the sandbox, it holds the lock, so this sends it a request over loopback; otherwise it changes
//! the state directly.

use std::path::Path;

use super::approvals::{self, ApprovalDecision};
use super::contents::SeedNames;
use super::files;
use super::store::Store;
use crate::folder::StateFolder;
use crate::sandbox::error::Error;
use crate::sandbox::faults::Faults;
use crate::sandbox::http::control_client;

/// Decides the approval request `code`, or all waiting requests, of the sandbox in `folder`. Returns one line for each:
/// code, request and justification.
///
/// # Errors
/// [`Error::NoRequest`] when the code is not one that waits; [`Error::Unreachable`] when another process serves the
/// sandbox and does not answer; and as for [`crate::sandbox::Sandbox::open`].
pub fn decide(folder: &Path, code: Option<&str>, decision: ApprovalDecision) -> Result<Vec<String>, Error> {
    let folder = StateFolder::open(folder)?;
    let decided = match opened(&folder)? {
        Some(mut store) => {
            store.decide(code, decision.status()).map(|all| approvals::lines(&all)).map_err(|refusal| {
                let path = folder.path().to_owned();
                Error::File { doing: "change", path, source: std::io::Error::other(refusal.message) }
            })?
        }
        None => {
            control_client::ask(&folder, "POST", &format!("approvals/{}/{}", code.unwrap_or("all"), decision.verb()))?
        }
    };
    match code.filter(|_| decided.is_empty()) {
        Some(code) => Err(Error::NoRequest { code: code.to_owned() }),
        None => Ok(decided),
    }
}

/// The waiting approval requests, one line each.
///
/// # Errors
/// As for [`decide`].
pub fn waiting(folder: &Path) -> Result<Vec<String>, Error> {
    let folder = StateFolder::open(folder)?;
    match opened(&folder)? {
        Some(store) => Ok(approvals::lines(&store.waiting())),
        None => control_client::ask(&folder, "GET", "approvals"),
    }
}

/// The store, unless another process has it.
fn opened(folder: &StateFolder) -> Result<Option<Store>, Error> {
    match Store::open(folder, &SeedNames::default(), None, &Faults::default()) {
        Ok(store) => Ok(Some(store)),
        // A locked sandbox without a URL is not being served.
        Err(Error::Locked { .. }) if folder.read(files::SERVED, control_client::LONGEST_URL)?.is_some() => Ok(None),
        Err(error) => Err(error),
    }
}
