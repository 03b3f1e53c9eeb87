//! Approving and rejecting, which in Intune only a person can do in the portal.
//!
//! Where another process serves the sandbox it holds the lock, so it is asked over loopback; otherwise the state is
//! changed in place.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::approvals::{Approval, Status};
use super::error::Error;
use super::faults::Faults;
use super::files;
use super::store::Store;
use super::{Seed, control};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The same request is carried out once when it comes with the code.
    Approve,
    /// It is not, ever.
    Reject,
}

impl Decision {
    pub(super) const ALL: [Decision; 2] = [Decision::Approve, Decision::Reject];

    /// How it is called in URLs.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Decision::Approve => "approve",
            Decision::Reject => "reject",
        }
    }

    pub(super) fn status(self) -> Status {
        match self {
            Decision::Approve => Status::Approved,
            Decision::Reject => Status::Rejected,
        }
    }
}

/// How long the other process may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Decides the approval request `code`, or every one that waits, in the sandbox in `folder`. Gives one line for each:
/// code, request and justification.
///
/// # Errors
/// [`Error::NoRequest`] when the code is not one that waits; [`Error::Unreachable`] when another process serves the
/// sandbox and does not answer; and as for [`super::Sandbox::open`].
pub fn decide(folder: &Path, code: Option<&str>, decision: Decision) -> Result<Vec<String>, Error> {
    let decided = match opened(folder)? {
        Some(mut store) => store.decide(code, decision.status()).map(|all| lines(&all)).map_err(|refusal| {
            let path = folder.to_owned();
            Error::File { doing: "change", path, source: std::io::Error::other(refusal.message) }
        })?,
        None => ask(folder, "POST", &format!("approvals/{}/{}", code.unwrap_or("all"), decision.verb()))?,
    };
    match code.filter(|_| decided.is_empty()) {
        Some(code) => Err(Error::NoRequest { code: code.to_owned() }),
        None => Ok(decided),
    }
}

/// The approval requests that wait for a decision, a line each.
///
/// # Errors
/// As for [`decide`].
pub fn waiting(folder: &Path) -> Result<Vec<String>, Error> {
    match opened(folder)? {
        Some(store) => Ok(lines(&waiting_in(&store))),
        None => ask(folder, "GET", "approvals"),
    }
}

pub(super) fn waiting_in(store: &Store) -> Vec<Approval> {
    store.state.approvals.iter().filter(|approval| approval.waits()).cloned().collect()
}

pub(super) fn lines(approvals: &[Approval]) -> Vec<String> {
    approvals.iter().map(|one| format!("{} {}: {}", one.id, one.what, one.justification())).collect()
}

/// The store, unless another process has it.
fn opened(folder: &Path) -> Result<Option<Store>, Error> {
    match Store::open(folder, &Seed::default(), None, &Faults::default()) {
        Ok(store) => Ok(Some(store)),
        // Only a sandbox that is served can be asked.
        Err(Error::Locked { .. }) if files::served(folder).exists() => Ok(None),
        Err(error) => Err(error),
    }
}

/// One request to the process that serves the sandbox. A line of HTTP by hand: nothing else here is a client.
fn ask(folder: &Path, method: &str, path: &str) -> Result<Vec<String>, Error> {
    let place = files::served(folder);
    let url = fs::read_to_string(&place).map_err(super::error::file("read", &place))?;
    let unreachable = |reason: String| Error::Unreachable { url: url.clone(), reason };
    let host = url.strip_prefix("http://").unwrap_or(&url).to_owned();
    let answer = exchange(&host, method, path).map_err(|error| unreachable(error.to_string()))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let body: Value = serde_json::from_str(body).map_err(|error| unreachable(error.to_string()))?;
    let lines = body["approvals"].as_array().ok_or_else(|| unreachable(body.to_string()))?;
    Ok(lines.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn exchange(host: &str, method: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let root = control::ROOT;
    write!(stream, "{method} {root}{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
